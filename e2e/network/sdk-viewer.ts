// Run among the viewers of `RoutedViewers`: joins a room (arguments: URL, token), and ends well after 20 pictures.
import { dispose, RemoteVideoTrack, Room, RoomEvent, VideoStream } from '@livekit/rtc-node';

const [url = '', token = ''] = process.argv.slice(2);
const room = new Room();
const subscribed = Promise.withResolvers<RemoteVideoTrack>();
room.on(RoomEvent.TrackSubscribed, (track) => {
  if (track instanceof RemoteVideoTrack) subscribed.resolve(track);
});
await room.connect(url, token, { autoSubscribe: true, dynacast: false });
const pictures = new VideoStream(await subscribed.promise).getReader();
for (let count = 0; count < 20; count++) await pictures.read();
await room.disconnect();
await dispose();
process.exit(0);
