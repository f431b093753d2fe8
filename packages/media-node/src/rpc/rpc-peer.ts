import type { Socket } from 'node:net';
import { type NodeEvent, type NodeQuestion, nodeQuestions } from '@marsad/contract';
import type { AccessUnit } from '@marsad/media';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { type Frame, FrameReader, frameKinds, jsonFrame, maxFrame } from './frame.ts';
import { newNonce, proofOf, proves } from './handshake.ts';
import { Hello, type Request, ToServer } from './messages.ts';
import type { Answered, Asked, EventData } from './method-types.ts';
import { PendingAnswers } from './pending-answers.ts';
import { RpcError } from './rpc-error.ts';
import { encodeUnit } from './unit-frame.ts';

export interface RpcPeerOptions {
  readonly socket: Socket;
  readonly secret: string;
  readonly log: Logger;
  readonly onRequest: (method: string, params: unknown, requestId: string | undefined) => Promise<unknown>;
  readonly onGone: () => void;
}

const handshakeMs = 5000;
/** Clients say something every two seconds; one that is silent for this long is gone. */
const silentMs = 15_000;
/** Bytes waiting for a peer that does not read, pictures of all its subscriptions together. */
const maxBacklog = 64 * 1024 * 1024;
/** Answers and events beyond it: the peer is dropped rather than remembered. */
const maxBacklogWithMessages = maxBacklog + 16 * 1024 * 1024;
const maxRequestsAtOnce = 256;
const maxQuestionsAtOnce = 1024;

/** The server's end of one connection. */
export class RpcPeer {
  readonly #options: RpcPeerOptions;
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #nonce = newNonce();
  readonly #deadline: NodeJS.Timeout;
  #silence: NodeJS.Timeout | null = null;
  #proved = false;
  #gone = false;
  readonly #questions = new PendingAnswers();
  #answers: ReadonlySet<string> = new Set();
  #requests = 0;

  constructor(options: RpcPeerOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.#deadline = setTimeout(() => this.close(), handshakeMs);
  }

  start(): void {
    const socket = this.#socket;
    socket.setNoDelay(true);
    // Not the socket's own timeout: what we write would count as a sign of life.
    const silence = setTimeout(() => this.close(), silentMs);
    this.#silence = silence;
    socket.on('error', (error) => this.#options.log.debug({ err: error }, 'RPC connection failed'));
    socket.on('close', () => this.close());
    socket.on('data', (chunk: Buffer) => {
      silence.refresh();
      try {
        this.#reader.read(chunk, (frame) => this.#frame(frame));
      } catch (error) {
        this.#options.log.warn({ err: error }, 'RPC peer broke the protocol');
        this.close();
      }
    });
    this.#send({ type: 'challenge', protocol: 1, nonce: this.#nonce });
  }

  close(): void {
    if (this.#gone) return;
    this.#gone = true;
    clearTimeout(this.#deadline);
    if (this.#silence) clearTimeout(this.#silence);
    this.#socket.destroy();
    this.#questions.lost();
    this.#options.onGone();
  }

  /** Whether the client said that it answers this. */
  answers(question: NodeQuestion): boolean {
    return this.#proved && !this.#gone && this.#answers.has(question);
  }

  /** @throws RpcError `CONNECTION_LOST`, `TIMEOUT`, `FAILED` when the client cannot answer, `PROTOCOL` */
  async ask<Q extends NodeQuestion>(question: Q, params: Asked<Q>, timeoutMs: number): Promise<Answered<Q>> {
    if (!this.answers(question)) throw new RpcError('NOT_CONNECTED', `the client does not answer ${question}`);
    if (this.#questions.size >= maxQuestionsAtOnce) throw new RpcError('FAILED', 'too many questions at once');
    const { id, answer } = this.#questions.add(question, timeoutMs);
    this.#send({ type: 'question', id, question, params });
    const result = nodeQuestions[question].result.safeParse(await answer);
    if (!result.success) throw new RpcError('PROTOCOL', `${question} was answered with something else`);
    return result.data as Answered<Q>;
  }

  event<E extends NodeEvent>(event: E, data: EventData<E>): void {
    if (this.#proved) this.#send({ type: 'event', event, data });
  }

  /**
   * Sends a picture if the peer keeps up; false, and nothing is sent, when it does not. `written` is called when the
   * bytes have left this process or never will, as often as this returned true.
   */
  unit(subscription: number, unit: AccessUnit, replay: boolean, written: () => void): boolean {
    if (!this.#proved || this.#gone || this.#socket.writableLength > maxBacklog) return false;
    const parts = encodeUnit(subscription, unit, replay);
    const last = parts.pop();
    this.#socket.cork();
    for (const part of parts) this.#socket.write(part);
    if (last) this.#socket.write(last, written);
    this.#socket.uncork();
    return true;
  }

  #frame(frame: Frame): void {
    if (this.#gone) return;
    if (frame.kind !== frameKinds.json) throw new RpcError('PROTOCOL', 'clients send messages only');
    const message: unknown = parseJson(frame.payload);
    if (!this.#proved) {
      this.#prove(message);
      return;
    }
    const said = ToServer.safeParse(message);
    if (!said.success) throw new RpcError('PROTOCOL', 'not a request and not an answer');
    const { data } = said;
    if (data.type === 'request') void this.#request(data);
    else if (data.type === 'answer') this.#questions.resolve(data.id, data.result);
    else this.#questions.reject(data.id, new RpcError('FAILED', data.message));
  }

  #prove(message: unknown): void {
    const hello = Hello.safeParse(message);
    const { secret, log } = this.#options;
    if (!hello.success || !proves(hello.data.proof, secret, 'client', this.#nonce, hello.data.nonce)) {
      log.warn({ peer: this.#socket.remoteAddress ?? 'local' }, 'RPC peer refused: it does not know the secret');
      this.close();
      return;
    }
    clearTimeout(this.#deadline);
    this.#answers = new Set(hello.data.answers);
    this.#reader.limit = maxFrame;
    this.#send({ type: 'welcome', proof: proofOf(secret, 'server', this.#nonce, hello.data.nonce) });
    this.#proved = true;
  }

  async #request({ id, method, params, request_id }: z.infer<typeof Request>): Promise<void> {
    if (this.#requests >= maxRequestsAtOnce) {
      this.#send({ type: 'failure', id, code: 'FAILED', message: 'too many requests at once' });
      return;
    }
    this.#requests++;
    try {
      this.#send({ type: 'response', id, result: await this.#options.onRequest(method, params, request_id) });
    } catch (error) {
      this.#send({ type: 'failure', id, ...this.#failure(method, error, request_id) });
    } finally {
      this.#requests--;
    }
  }

  #failure(method: string, error: unknown, request_id: string | undefined): { code: string; message: string } {
    if (error instanceof RpcError && (error.code === 'INVALID_PARAMS' || error.code === 'UNKNOWN_METHOD')) {
      return { code: error.code, message: error.message.slice(0, 500) };
    }
    this.#options.log.error({ err: error, method, request_id }, 'RPC call failed');
    return { code: 'FAILED', message: `${method.slice(0, 100)} failed` };
  }

  #send(message: unknown): void {
    if (this.#gone) return;
    if (this.#socket.writableLength > maxBacklogWithMessages) {
      this.#options.log.warn('RPC peer does not read: dropped');
      this.close();
      return;
    }
    this.#socket.write(jsonFrame(message));
  }
}

export function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    throw new RpcError('PROTOCOL', 'not JSON');
  }
}
