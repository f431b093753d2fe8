import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { ApiError, type Client, createClient, type Reservation, type Source } from '@marsad/contract';
import { describe, expect, it } from 'vitest';
import type { RunningMarsad } from '../fixtures/running-marsad.ts';

/** Key and secret that the product was started with, so that a test can sign what an attacker who stole them could not. */
export const livekit = { key: 'e2e', secret: 'a secret that only this test and its product know' };

export interface Stage {
  readonly marsad: RunningMarsad;
  /** Signed in as the administrator. */
  readonly client: Client;
  /** Two cameras that can be shown, of DUBAI_POLICE and METRO. */
  readonly cameras: readonly string[];
}

/** The demonstration's operator of an agency, signed in. */
async function operatorOf(marsad: RunningMarsad, agency: Source): Promise<Client> {
  const found = marsad.operators.find((one) => one.agency === agency);
  const token = await marsad.accessToken(found ?? { login: '', password: '' });
  return createClient({ baseUrl: marsad.url, token: () => token });
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);

/** A token as one would forge it: any header, any claims, any key. */
function forge(
  header: { readonly alg: string },
  claims: Readonly<Record<string, unknown>>,
  secret: string = livekit.secret,
): string {
  const content = `${encode({ typ: 'JWT', ...header })}.${encode(claims)}`;
  const hash = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }[header.alg];
  return `${content}.${hash ? createHmac(hash, secret).update(content).digest('base64url') : ''}`;
}

const grantFor = (room: string, sub = 'somebody') => ({
  iss: livekit.key,
  sub,
  nbf: now() - 10,
  exp: now() + 300,
  video: { room, roomJoin: true, canSubscribe: true },
});

/** As good as a player's, as far as it is read before it is known who asks. */
const readable = [
  'v=0',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'a=mid:0',
  'a=recvonly',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1;profile-level-id=42e01f',
  '',
].join('\r\n');

/** What each door of the edge answers to a token: WHEP of a camera, the question before signalling, and signalling. */
async function doors(
  reservation: Reservation,
  token: string,
  offer = 'v=0\r\n',
): Promise<{ whep: number; validate: number; rtc: number }> {
  const base = reservation.livekit_url.replace(/^ws/, 'http');
  const query = new URLSearchParams({ access_token: token });
  const whep = await fetch(reservation.whep_url ?? '', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/sdp' },
    body: offer,
  });
  const validate = await fetch(`${base}/rtc/validate?${query}`);
  return { whep: whep.status, validate: validate.status, rtc: await upgrade(`${base}/rtc?${query}`) };
}

/** Status with which a WebSocket is refused; 101 when it is taken. */
function upgrade(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'bWFyc2FkIGVuZCB0byBlbg==',
    };
    const asked = request(url, { headers });
    asked.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.once('upgrade', (_, socket) => {
      socket.destroy();
      resolve(101);
    });
    asked.once('error', reject);
    asked.end();
  });
}

/** Tests of what the running product refuses. The stage is set by whoever calls this, before the first test. */
export function describeRefusals(stage: () => Stage): void {
  describe('what is refused', () => {
    it('tokens at the edge that are for another room, over, unsigned, tampered with or signed by another', async () => {
      const { client, cameras } = stage();
      const [own, other] = await Promise.all(
        cameras.map((camera_id) => client.streams.reserve({ body: { camera_id } })),
      );
      if (!own || !other) throw new Error('two cameras are needed');
      const [header = '', claims = '', signature = ''] = own.token.split('.');
      const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sub: string };
      const open = grantFor(own.room_name, said.sub);
      const refused = { whep: 401, validate: 401, rtc: 401 };
      // 406: WHEP lets the token through and then misses a description worth the name.
      expect(await doors(own, own.token)).toEqual({ whep: 406, validate: 200, rtc: 101 });
      expect(await doors(own, forge({ alg: 'HS256' }, open))).toEqual({ whep: 406, validate: 200, rtc: 101 });

      // Well signed, but nobody reserved for this one: the room admits whom a reservation names.
      const stranger = { whep: 403, validate: 403, rtc: 403 };
      expect(await doors(own, forge({ alg: 'HS256' }, grantFor(own.room_name)))).toEqual(stranger);

      expect((await doors(own, other.token)).whep).toBe(403);
      expect(await doors(own, forge({ alg: 'HS256' }, grantFor('camera_nowhere')))).toEqual({
        whep: 403,
        validate: 404,
        rtc: 404,
      });
      const { roomJoin: _, ...watching } = open.video;
      expect(await doors(own, forge({ alg: 'HS256' }, { ...open, video: watching }))).toEqual({
        ...refused,
        whep: 403,
      });

      const longer = { ...said, exp: now() + 86_400 };
      const bad: Record<string, string> = {
        expired: forge({ alg: 'HS256' }, { ...open, nbf: now() - 700, exp: now() - 100 }),
        'not yet valid': forge({ alg: 'HS256' }, { ...open, nbf: now() + 300 }),
        'without an end': forge({ alg: 'HS256' }, { ...open, exp: undefined }),
        'alg none': forge({ alg: 'none' }, open),
        'alg None, in other letters': forge({ alg: 'nOnE' }, open),
        'another algorithm': forge({ alg: 'HS512' }, open),
        'another secret': forge({ alg: 'HS256' }, open, 'a secret that somebody made up'),
        'another issuer': forge({ alg: 'HS256' }, { ...open, iss: 'somebody' }),
        'tampered with': `${header}.${encode(longer)}.${signature}`,
        'without its signature': `${header}.${claims}.`,
        nonsense: 'nonsense',
        nothing: '',
      };
      for (const [what, token] of Object.entries(bad)) {
        expect({ what, ...(await doors(own, token, readable)) }).toEqual({ what, ...refused });
      }
      // A token of the HTTP API opens WHEP, where it takes a reservation, and no room.
      expect(await doors(own, await stage().marsad.accessToken())).toEqual({ ...refused, whep: 406 });
      for (const { reservation_id } of [own, other]) await client.streams.release({ params: { id: reservation_id } });
    });

    it('tokens at the HTTP API that are unsigned, tampered with, or for the edge', async () => {
      const { marsad, client, cameras } = stage();
      const good = await marsad.accessToken();
      const made = await client.streams.reserve({ body: { camera_id: cameras[0] ?? '' } });
      const [header = '', claims = '', signature = ''] = good.split('.');
      const open = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
      const bad = {
        'alg none': forge({ alg: 'none' }, open),
        // The public key as an HMAC secret is the classic one; any HMAC has to be refused.
        'alg HS256': forge({ alg: 'HS256' }, open),
        'tampered with': `${header}.${encode({ ...open, permissions: ['admin:*'], exp: now() + 86_400 })}.${signature}`,
        'for the edge': made.token,
      };
      for (const [what, token] of Object.entries(bad)) {
        const thief = createClient({ baseUrl: marsad.url, token: () => token });
        const error = await thief.cameras.list().catch((reason: unknown) => reason);
        expect({ what, ...describeError(error) }).toMatchObject({ what, status: 401, code: 'UNAUTHENTICATED' });
      }
      await client.streams.release({ params: { id: made.reservation_id } });
    });

    it('a camera of another agency, and whatever one might do to somebody else’s reservation', async () => {
      const { marsad, client, cameras } = stage();
      const metro = await operatorOf(marsad, 'METRO');
      const [police = '', tunnel = ''] = cameras;
      expect(new Set((await metro.cameras.list()).cameras.map(({ source }) => source))).toEqual(new Set(['METRO']));
      const forbidden = await metro.streams.reserve({ body: { camera_id: police } }).catch((reason: unknown) => reason);
      expect(describeError(forbidden)).toEqual({
        status: 403,
        code: 'SOURCE_FORBIDDEN',
        facts: { source: 'DUBAI_POLICE' },
        en: 'You may not view cameras of DUBAI_POLICE',
        ar: 'لا يحق لك مشاهدة كاميرات DUBAI_POLICE',
      });

      const theirs = await client.streams.reserve({ body: { camera_id: tunnel } });
      const params = { id: theirs.reservation_id };
      for (const attempt of [metro.streams.release({ params }), metro.streams.heartbeat({ params })]) {
        const error = describeError(await attempt.catch((reason: unknown) => reason));
        expect(error).toMatchObject({ status: 404, code: 'RESERVATION_NOT_FOUND' });
        expect(error?.ar).toMatch(/\p{Script=Arabic}{3}/u);
      }
      expect(await client.streams.heartbeat({ params })).toEqual({ status: 'ok' });
      const own = await metro.streams.reserve({ body: { camera_id: tunnel } });
      expect(own.reservation_id).not.toBe(theirs.reservation_id);
      const asAnother = { camera_id: tunnel, user_id: 'admin' };
      expect(
        describeError(await metro.streams.reserve({ body: asAnother }).catch((reason: unknown) => reason)),
      ).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      await metro.streams.release({ params: { id: own.reservation_id } });
      await client.streams.release({ params });
    });
  });
}

function describeError(error: unknown) {
  if (!(error instanceof ApiError)) return null;
  const { status, code, facts, messageEn: en, messageAr: ar } = error;
  return { status, code, facts, en, ar };
}
