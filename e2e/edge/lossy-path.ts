import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

/** A UDP path to `port` on loopback that loses every n-th packet on the way to the viewer. */
export async function lossyPath(port: number, everyNth: number): Promise<{ port: number; close(): void }> {
  const front = createSocket('udp4');
  const backs = new Map<string, Socket>();
  let count = 0;
  const backOf = (viewer: RemoteInfo): Socket => {
    const name = `${viewer.address}:${viewer.port}`;
    const known = backs.get(name);
    if (known) return known;
    const back = createSocket('udp4');
    back.on('message', (packet) => {
      // Media only (RFC 7983): what sets the connection up has retries of its own.
      const isMedia = (packet[0] ?? 0) >= 128 && (packet[0] ?? 0) < 192;
      if (!isMedia || ++count % everyNth !== 0) front.send(packet, viewer.port, viewer.address);
    });
    backs.set(name, back);
    return back;
  };
  front.on('message', (packet, viewer) => backOf(viewer).send(packet, port, '127.0.0.1'));
  await new Promise<void>((resolve) => front.bind(0, '127.0.0.1', resolve));
  return {
    port: front.address().port,
    close: () => {
      front.close();
      for (const back of backs.values()) back.close();
    },
  };
}
