import { randomBytes } from 'node:crypto';
import { RtspAuthorizer, RtspHeaders } from '@marsad/media';
import type { Clock } from '../../clock/clock.ts';
import {
  getCapabilities,
  getProfiles,
  getSystemDateAndTime,
  readCapabilities,
  readMovableProfile,
  readSystemDateAndTime,
} from './onvif/device-messages.ts';
import { OnvifMalformed } from './onvif/onvif-malformed.ts';
import { readSoapAnswer, SoapFault, soapEnvelope } from './onvif/soap.ts';
import type { XmlElement } from './onvif/xml.ts';
import { PtzError } from './ptz-error.ts';
import { type SoapAnswer, SoapPost } from './soap-post.ts';

export interface OnvifDeviceOptions {
  /** Of the device service, with credentials. */
  readonly url: string;
  /** `https`: whether a certificate that cannot be verified ends the connection. */
  readonly verifyCertificate: boolean;
  readonly clock: Clock;
}

/** What was found out about a camera before it is moved. */
export interface Movable {
  /** Path of its PTZ service. */
  readonly path: string;
  readonly profile: string;
}

/**
 * One camera that speaks ONVIF (Core 2.0 and later, Profile S). Signs with a WS-Security password digest by the camera's
 * own clock, and with HTTP Digest once the camera asks for that.
 */
export class OnvifDevice {
  readonly #url: URL;
  readonly #username: string | null;
  readonly #password: string;
  readonly #post: SoapPost;
  readonly #authorizer: RtspAuthorizer;
  readonly #clock: Clock;
  /** How far the camera's clock is ahead of ours, milliseconds. */
  #ahead = 0;

  /** @throws PtzError `UNREACHABLE` for what is no address */
  constructor({ url, verifyCertificate, clock }: OnvifDeviceOptions) {
    const parsed = URL.parse(url);
    if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw new PtzError('UNREACHABLE', 'no http address');
    this.#url = parsed;
    this.#username = parsed.username === '' ? null : decoded(parsed.username);
    this.#password = decoded(parsed.password);
    this.#post = new SoapPost(new URL(parsed.origin), verifyCertificate);
    this.#authorizer = new RtspAuthorizer({ username: this.#username ?? '', password: this.#password });
    this.#clock = clock;
  }

  /** @throws PtzError `UNREACHABLE`, `UNAUTHORIZED`, `UNSUPPORTED`, `REFUSED` */
  async explore(signal: AbortSignal): Promise<Movable> {
    const device = `${this.#url.pathname}${this.#url.search}`;
    this.#ahead = await this.#clockAhead(device, signal);
    const { media, ptz } = readCapabilities(
      await this.call(device, getCapabilities, 'GetCapabilitiesResponse', signal),
    );
    if (media === null || ptz === null) throw new PtzError('UNSUPPORTED', 'it has no PTZ service');
    const profile = readMovableProfile(await this.call(media, getProfiles, 'GetProfilesResponse', signal));
    if (profile === null) throw new PtzError('UNSUPPORTED', 'none of its profiles can be moved');
    return { path: ptz, profile };
  }

  /**
   * @param expected local name of the answer's element
   * @throws PtzError `UNREACHABLE`, `UNAUTHORIZED`, `REFUSED`
   */
  call(path: string, body: string, expected: string, signal: AbortSignal): Promise<XmlElement> {
    return this.#tell(path, body, expected, signal, true);
  }

  close(): void {
    this.#post.close();
  }

  async #clockAhead(device: string, signal: AbortSignal): Promise<number> {
    try {
      const answer = await this.#tell(device, getSystemDateAndTime, 'GetSystemDateAndTimeResponse', signal, false);
      const time = readSystemDateAndTime(answer);
      return time === null ? 0 : time - this.#clock.now();
    } catch (error) {
      // Some keep their time from strangers; theirs may be right.
      if (error instanceof PtzError && error.reason !== 'UNREACHABLE') return 0;
      throw error;
    }
  }

  async #tell(path: string, body: string, expected: string, signal: AbortSignal, sign: boolean): Promise<XmlElement> {
    const answer = await this.#ask(path, body, signal, sign);
    if (answer.status === 401) throw new PtzError('UNAUTHORIZED', '401');
    try {
      return readSoapAnswer(answer.text, expected);
    } catch (error) {
      if (error instanceof SoapFault) {
        throw new PtzError(error.refusesCredentials ? 'UNAUTHORIZED' : 'REFUSED', error.message, error);
      }
      if (!(error instanceof OnvifMalformed)) throw error;
      // A page instead of an envelope: what stands at this address speaks no ONVIF.
      if (answer.status !== 200) throw new PtzError('REFUSED', `status ${answer.status}`, error);
      throw new PtzError('UNREACHABLE', error.message, error);
    }
  }

  async #ask(path: string, body: string, signal: AbortSignal, sign: boolean): Promise<SoapAnswer> {
    const send = () => {
      const envelope = soapEnvelope(body, sign ? this.#token() : null);
      return this.#post.post(path, envelope, this.#authorizer.authorization('POST', path), signal);
    };
    let answer = await send();
    // Twice: the nonce of a challenge that worked may have aged since.
    for (let attempt = 0; answer.status === 401 && attempt < 2 && this.#username !== null; attempt += 1) {
      if (!this.#authorizer.challenged(new RtspHeaders({ 'WWW-Authenticate': answer.challenges }))) break;
      answer = await send();
    }
    if (answer.status !== 401) this.#authorizer.accepted();
    return answer;
  }

  #token() {
    if (this.#username === null) return null;
    const created = new Date(this.#clock.now() + this.#ahead);
    return { username: this.#username, password: this.#password, nonce: randomBytes(16), created };
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
