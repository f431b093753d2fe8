// Run by `roomVisit`: LiveKit's SDK in a room (arguments: URL, token, camera), until this process is ended. Says every
// 250 ms for how long it has seen no picture.
import { WallViewer } from '../wall-viewer.ts';

const [livekit_url = '', token = '', camera = ''] = process.argv.slice(2);
const viewer = await WallViewer.join({ livekit_url, token });
process.send?.(Number.POSITIVE_INFINITY);
const telling = setInterval(() => process.send?.(viewer.shown(camera).silent), 250);
process.once('message', async () => {
  clearInterval(telling);
  await viewer.close();
  process.exit(0);
});
// Whoever started it has gone.
process.once('disconnect', () => process.exit(0));
