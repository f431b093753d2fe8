import { Room, RoomEvent, Track } from 'livekit-client';
import { FrameRecorder } from './frame-recorder.ts';
import type { Watched, WatchRequest } from './watched.ts';

interface Reservation {
  reservation_id: string;
  token: string;
  livekit_url: string;
  whep_url: string;
}

async function reserve(request: WatchRequest): Promise<Reservation> {
  const response = await fetch('/api/v1/stream/reserve', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${request.accessToken}` },
    body: JSON.stringify({ camera_id: request.camera, quality: 'high' }),
  });
  if (response.status !== 201) throw new Error(`reserve answered ${response.status}: ${await response.text()}`);
  return response.json();
}

async function release(request: WatchRequest, reservation: Reservation): Promise<void> {
  await fetch(`/api/v1/stream/release/${reservation.reservation_id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${request.accessToken}` },
  });
}

/** Shows the camera by WHEP; the offer is made while the reservation is under way, as a careful client would. */
async function connectWhep(request: WatchRequest, video: HTMLVideoElement) {
  const connection = new RTCPeerConnection();
  connection.addTransceiver('video', { direction: 'recvonly' });
  connection.ontrack = ({ track }) => {
    video.srcObject = new MediaStream([track]);
  };
  const [reservation, offer] = await Promise.all([reserve(request), connection.createOffer()]);
  const [response] = await Promise.all([
    fetch(reservation.whep_url, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp', authorization: `Bearer ${reservation.token}` },
      body: offer.sdp ?? '',
    }),
    connection.setLocalDescription(offer),
  ]);
  if (response.status !== 201) throw new Error(`WHEP answered ${response.status}: ${await response.text()}`);
  await connection.setRemoteDescription({ type: 'answer', sdp: await response.text() });
  return { reservation, close: () => connection.close() };
}

async function connectLiveKit(request: WatchRequest, video: HTMLVideoElement) {
  const room = new Room({ singlePeerConnection: false });
  room.on(RoomEvent.TrackSubscribed, (track) => {
    if (track.kind === Track.Kind.Video) track.attach(video);
  });
  const reservation = await reserve(request);
  await room.connect(reservation.livekit_url, reservation.token);
  return { reservation, close: () => room.disconnect() };
}

/** From the click to the first picture, and what was shown after it. */
export async function watch(request: WatchRequest): Promise<Watched> {
  const video = document.createElement('video');
  video.muted = true;
  video.autoplay = true;
  video.playsInline = true;
  document.body.replaceChildren(video);
  const firstPicture = new Promise<number>((resolve) => {
    video.requestVideoFrameCallback(() => resolve(performance.timeOrigin + performance.now()));
  });
  const recorder = new FrameRecorder(video);
  const clickedAt = performance.timeOrigin + performance.now();
  const session = await (request.client === 'whep' ? connectWhep : connectLiveKit)(request, video);
  const firstPictureAt = await firstPicture;
  await new Promise((resolve) => setTimeout(resolve, request.watchMs));
  recorder.close();
  await session.close();
  await release(request, session.reservation);
  return { clickedAt, firstPictureAt, frames: recorder.frames };
}

Object.assign(globalThis, { watch });
