import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type NodeEvent, type NodeMethod, nodeEvents, nodeMethods } from '@marsad/contract';
import type { Logger } from 'pino';
import { parseRpcAddress, type RpcAddress, type RpcTls } from './address.ts';
import { ClientHandshake } from './client-handshake.ts';
import { type Frame, FrameReader, frameKinds, jsonFrame, maxFrame } from './frame.ts';
import { ToClient } from './messages.ts';
import type { EventData, Params, Result } from './method-types.ts';
import { PendingAnswers } from './pending-answers.ts';
import { QuestionAnswers, type RpcAnswers } from './question-answers.ts';
import { RpcError } from './rpc-error.ts';
import { parseJson } from './rpc-peer.ts';
import { decodeUnit, type ReceivedUnit } from './unit-frame.ts';

export type RpcEvent = { [E in NodeEvent]: { readonly event: E; readonly data: EventData<E> } }[NodeEvent];

export interface RpcClientOptions {
  /** `unix:/path` or `tls://host:port`. */
  readonly address: string;
  readonly secret: string;
  readonly tls?: RpcTls;
  readonly log: Logger;
  /** The peer has proved itself: calls work. Also after every reconnection. */
  readonly onConnected?: () => void;
  /** Only after `onConnected`. Calls under way are rejected before it. */
  readonly onDisconnected?: () => void;
  readonly onEvent?: (event: RpcEvent) => void;
  readonly onUnit?: (received: ReceivedUnit) => void;
  readonly answers?: RpcAnswers;
  /** Id of the request in which this moment's call is made; null for what nobody asked for. */
  readonly requestId?: () => string | null;
  /** Longest delay between attempts to connect, milliseconds. Default 1,000; the first is 50. */
  readonly maxDelayMs?: number;
  /** A peer that says nothing for this long is given up, milliseconds. Default 5,000. */
  readonly silentMs?: number;
}

const pingMs = 2000;
/** As long as a lease: a node that hangs is away for both at the same time. */
const silentMs = 5000;
const handshakeMs = 5000;

/** One peer, connected as long as it can be: reconnects by itself until closed. */
export class RpcClient {
  readonly #options: RpcClientOptions;
  readonly #address: RpcAddress;
  readonly #calls = new PendingAnswers();
  readonly #questions: QuestionAnswers;
  #socket: Socket | null = null;
  #proved = false;
  #failures = 0;
  #retry: NodeJS.Timeout | null = null;
  #ping: NodeJS.Timeout | null = null;
  #started = false;
  #closed = false;

  /** @throws RpcError `ADDRESS_INVALID` */
  constructor(options: RpcClientOptions) {
    this.#options = options;
    this.#address = parseRpcAddress(options.address);
    this.#questions = new QuestionAnswers(options.answers ?? {}, options.log);
  }

  start(): void {
    if (this.#started || this.#closed) return;
    this.#started = true;
    this.#connect();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
    this.#socket?.destroy();
    this.#lost();
  }

  get address(): string {
    return this.#options.address;
  }

  get connected(): boolean {
    return this.#proved;
  }

  /** @throws RpcError of any code; `NOT_CONNECTED` at once while the peer is away. */
  async call<M extends NodeMethod>(method: M, params: Params<M>, timeoutMs = 5000): Promise<Result<M>> {
    const socket = this.#socket;
    if (!socket || !this.#proved) throw new RpcError('NOT_CONNECTED', `${this.#options.address} is not connected`);
    const { id, answer } = this.#calls.add(method, timeoutMs);
    const request_id = this.#options.requestId?.() ?? undefined;
    socket.write(jsonFrame({ type: 'request', id, method, params, request_id }));
    const result = nodeMethods[method].result.safeParse(await answer);
    if (!result.success) throw new RpcError('PROTOCOL', `${method} was answered with something else`);
    return result.data as Result<M>;
  }

  #connect(): void {
    this.#retry = null;
    const address = this.#address;
    const { tls } = this.#options;
    const socket =
      address.kind === 'unix'
        ? connect({ path: address.path })
        : connectTls({ host: address.host, port: address.port, ...(tls?.ca === undefined ? {} : { ca: tls.ca }) });
    this.#socket = socket;
    const reader = new FrameReader();
    const handshake = new ClientHandshake(this.#options.secret, this.#questions.names);
    const deadline = setTimeout(() => socket.destroy(), handshakeMs);
    socket.setNoDelay(true);
    // Not the socket's own timeout: what we write would count as a sign of life.
    const silence = setTimeout(() => socket.destroy(), this.#options.silentMs ?? silentMs);
    socket.on('error', (error) => this.#options.log.debug({ err: error }, 'RPC connection failed'));
    socket.on('close', () => {
      clearTimeout(deadline);
      clearTimeout(silence);
      if (this.#socket === socket) this.#lost();
    });
    const onFrame = (frame: Frame) => {
      if (this.#socket !== socket) return;
      if (this.#proved) this.#frame(frame);
      else {
        const reply = handshake.step(frame);
        if (reply) socket.write(reply);
        if (!handshake.done) return;
        clearTimeout(deadline);
        reader.limit = maxFrame;
        this.#connected();
      }
    };
    socket.on('data', (chunk: Buffer) => {
      silence.refresh();
      try {
        reader.read(chunk, onFrame);
      } catch (error) {
        this.#options.log.warn({ err: error, address: this.#options.address }, 'RPC server broke the protocol');
        socket.destroy();
      }
    });
  }

  #connected(): void {
    this.#proved = true;
    this.#failures = 0;
    this.#ping = setInterval(() => {
      this.call('node.ping', {}, silentMs).catch(() => {});
    }, pingMs);
    this.#options.onConnected?.();
  }

  #lost(): void {
    this.#socket = null;
    const was = this.#proved;
    this.#proved = false;
    if (this.#ping) clearInterval(this.#ping);
    this.#ping = null;
    this.#calls.lost();
    if (was) this.#options.onDisconnected?.();
    if (this.#closed || this.#retry) return;
    const delay = Math.min(this.#options.maxDelayMs ?? 1000, 50 * 2 ** this.#failures++);
    this.#retry = setTimeout(() => this.#connect(), delay * (0.75 + Math.random() / 2));
  }

  #frame(frame: Frame): void {
    if (frame.kind === frameKinds.unit) {
      this.#options.onUnit?.(decodeUnit(frame.payload));
      return;
    }
    const message = ToClient.safeParse(parseJson(frame.payload));
    if (!message.success) throw new RpcError('PROTOCOL', 'not an answer and not an event');
    if (message.data.type === 'event') {
      this.#event(message.data.event, message.data.data);
      return;
    }
    const { data } = message;
    if (data.type === 'question') void this.#asked(data.id, data.question, data.params);
    else if (data.type === 'response') this.#calls.resolve(data.id, data.result);
    else this.#calls.reject(data.id, new RpcError(data.code, data.message));
  }

  async #asked(id: number, question: string, params: unknown): Promise<void> {
    const socket = this.#socket;
    const reply = await this.#questions.reply(id, question, params);
    if (socket?.writable) socket.write(jsonFrame(reply));
  }

  #event(event: string, data: unknown): void {
    // An event of a newer node is not an error.
    if (!isEvent(event)) return;
    const parsed = nodeEvents[event].safeParse(data);
    if (!parsed.success) throw new RpcError('PROTOCOL', `event ${event} is not as agreed`);
    this.#options.onEvent?.({ event, data: parsed.data } as RpcEvent);
  }
}

function isEvent(name: string): name is NodeEvent {
  return Object.hasOwn(nodeEvents, name);
}
