import { createHash } from 'node:crypto';
import type { AccessAnswer, AccessRequest, Credentials, Profile } from '@marsad/contract';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { StreamProvider } from '../../stream-provider.ts';
import type { StreamPublishing } from '../../stream-publishing.ts';
import type { Access } from '../access.ts';
import { EdgeMetrics } from '../edge-metrics.ts';
import { BurstPacer } from '../egress/burst-pacer.ts';
import { EgressClock, type EverySecond } from '../egress/egress-clock.ts';
import { Rooms } from '../rooms/rooms.ts';
import { RtspEndpoint } from '../rtsp/rtsp-endpoint.ts';
import type { RtspOptions } from '../rtsp/rtsp-options.ts';
import { MemoryPublishing } from './memory-publishing.ts';

/**
 * Lets in `ada` with password `lovelace`, or with the token `good`, to cameras named `cam…`, each reader into a room of its
 * own; and lets anybody publish to `key-` and a camera's name. For tests.
 */
export class TestAccess implements Access {
  readonly asked: AccessRequest[] = [];
  readonly closedSessions: string[] = [];
  /** Answers in place of the usual one. */
  answer: ((request: AccessRequest) => AccessAnswer | Promise<AccessAnswer | null> | null) | null = null;
  readonly #rooms: Rooms;

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
  }

  async ask(request: AccessRequest): Promise<AccessAnswer> {
    this.asked.push(request);
    const own = await this.answer?.(request);
    if (own) return own;
    const { credentials, path, session, profile } = request;
    if (request.action === 'publish') {
      const camera = /^key-(.+)$/.exec(path)?.[1];
      if (camera !== undefined) return { outcome: 'publish', camera, profile };
    }
    const known =
      (credentials.kind === 'basic' && credentials.user === 'ada' && credentials.password === 'lovelace') ||
      (credentials.kind === 'bearer' && credentials.token === 'good') ||
      (credentials.kind === 'digest' && answersDigest(credentials));
    if (!known) return refused('UNAUTHENTICATED', 'name or password is wrong');
    if (!path.startsWith('cam')) return refused('NOT_FOUND', 'there is no such camera');
    return this.admit(session, path, profile);
  }

  closed(session: string): void {
    this.closedSessions.push(session);
  }

  admit(session: string, camera: string, profile: Profile): AccessAnswer {
    const room = `reader_${session}`;
    const identity = `reader:${session}`;
    const metadata = JSON.stringify({ cameras: [{ id: camera, name: camera }], viewers: [identity] });
    this.#rooms.create({ name: room, emptyTimeout: 5, departureTimeout: 5, maxParticipants: 0 }, metadata);
    return { outcome: 'read', camera, profile, room, identity, attributes: { reservation: 'r1' } };
  }
}

function refused(reason: 'UNAUTHENTICATED' | 'NOT_FOUND', detail: string): AccessAnswer {
  return { outcome: 'refused', reason, detail };
}

function answersDigest(given: Extract<Credentials, { kind: 'digest' }>): boolean {
  const hash = (text: string) =>
    createHash(given.algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const secret = hash(`ada:${given.realm}:lovelace`);
  return (
    given.user === 'ada' && given.response === hash(`${secret}:${given.nonce}:${hash(`${given.method}:${given.uri}`)}`)
  );
}

/** Seconds also pass when it is told so. */
class HandClock extends EgressClock {
  readonly #members = new Set<EverySecond>();

  override add(member: EverySecond): void {
    this.#members.add(member);
    super.add(member);
  }

  override remove(member: EverySecond): void {
    this.#members.delete(member);
    super.remove(member);
  }

  tick(): void {
    for (const member of this.#members) member.second();
  }
}

export interface TestRtsp {
  readonly endpoint: RtspEndpoint;
  readonly access: TestAccess;
  readonly rooms: Rooms;
  readonly registry: Registry;
  /** `rtsp://127.0.0.1:port` */
  readonly url: string;
  /** With name and password. */
  readonly adaUrl: string;
  /** What is done once a second is done now. */
  second(): void;
  close(): Promise<void>;
}

/** An RTSP server on free loopback ports, started, with nothing of an edge but what it needs. */
export async function testRtsp(
  streams: StreamProvider,
  options: Partial<RtspOptions> & { publishing?: StreamPublishing } = {},
): Promise<TestRtsp> {
  const registry = new Registry();
  const metrics = new EdgeMetrics(registry);
  const rooms = new Rooms({ events: { event: () => {} }, metrics });
  const access = new TestAccess(rooms);
  const { publishing = new MemoryPublishing(), ...rtsp } = options;
  const [pacer, clock] = [new BurstPacer(), new HandClock()];
  const endpoint = new RtspEndpoint({
    rtsp: { host: '127.0.0.1', port: 0, udpPort: 0, ...rtsp },
    parts: { rooms, access, publishing, metrics, pacer, clock, log: pino({ level: 'silent' }) },
    streams,
  });
  await endpoint.start();
  return {
    endpoint,
    access,
    rooms,
    registry,
    url: `rtsp://127.0.0.1:${endpoint.port}`,
    adaUrl: `rtsp://ada:lovelace@127.0.0.1:${endpoint.port}`,
    second: () => clock.tick(),
    close: async () => {
      await endpoint.close();
      rooms.close();
      clock.close();
      pacer.close();
    },
  };
}
