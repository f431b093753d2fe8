import type { RtspConnection, StreamStatus } from '@marsad/contract';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import type { NodeLink } from '../../media-plane/node-link.ts';

/** What a node says of the main profile of a camera. */
export interface ReportedStream {
  readonly status: StreamStatus;
  readonly codec: string | null;
  readonly bytes_in: number;
}

export type ReportedConnection = RtspConnection & { readonly node: string };

/** Milliseconds for a node's answer; one that does not give it is left out. */
const patience = 2_000;

/** Camera id → its stream. Of several nodes that speak of a camera the one that has a picture counts. */
export async function reportedStreams(mediaPlane: Pick<MediaPlane, 'nodes'>): Promise<Map<string, ReportedStream>> {
  const found = new Map<string, ReportedStream>();
  for (const { answer } of await askAll(mediaPlane, ({ rpc }) => rpc.call('ingest.streams', {}, patience))) {
    for (const stream of answer.streams) {
      if (stream.profile !== 'main') continue;
      if (stream.status.state === 'live' || !found.has(stream.camera)) found.set(stream.camera, stream);
    }
  }
  return found;
}

/** Connections to the RTSP servers of all edges, the oldest first. */
export async function reportedConnections(mediaPlane: Pick<MediaPlane, 'nodes'>): Promise<ReportedConnection[]> {
  const nothing = Promise.resolve({ connections: [] });
  const answers = await askAll(mediaPlane, (link) =>
    link.has('edge') ? link.rpc.call('edge.rtsp', {}, patience) : nothing,
  );
  return answers
    .flatMap(({ node, answer }) => answer.connections.map((connection) => ({ ...connection, node })))
    .sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
}

async function askAll<T>(
  mediaPlane: Pick<MediaPlane, 'nodes'>,
  ask: (link: NodeLink) => Promise<T>,
): Promise<{ node: string; answer: T }[]> {
  const nodes = mediaPlane.nodes().filter((link) => link.rpc.connected);
  const answers = await Promise.all(
    nodes.map((link) =>
      ask(link).then(
        (answer) => [{ node: link.id, answer }],
        () => [],
      ),
    ),
  );
  return answers.flat();
}
