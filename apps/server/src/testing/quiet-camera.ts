import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

const sdp = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=quiet',
  't=0 0',
  'a=control:*',
  'm=video 0 RTP/AVP 96',
  'c=IN IP4 0.0.0.0',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==',
  'a=control:track1',
  '',
].join('\r\n');

export interface QuietCamera {
  /** `rtsp://127.0.0.1:port` */
  readonly url: string;
  close(): Promise<void>;
}

/** An RTSP server that describes an H.264 track and never sends a picture: a camera that is well and not being watched. */
export async function quietCamera(): Promise<QuietCamera> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        socket.write(answer(text.slice(0, end)));
        text = text.slice(end + 4);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(request: string): string {
  const method = request.split(' ')[0];
  const head = ['RTSP/1.0 200 OK', `CSeq: ${/^CSeq: *(\d+)/im.exec(request)?.[1] ?? '0'}`, 'Session: 1;timeout=60'];
  if (method === 'OPTIONS') head.push('Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER');
  if (method === 'SETUP') head.push('Transport: RTP/AVP/TCP;unicast;interleaved=0-1');
  if (method !== 'DESCRIBE') return `${head.join('\r\n')}\r\n\r\n`;
  return [...head, 'Content-Type: application/sdp', `Content-Length: ${sdp.length}`, '', sdp].join('\r\n');
}
