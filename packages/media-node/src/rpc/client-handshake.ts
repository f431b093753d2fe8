import { type Frame, frameKinds, jsonFrame } from './frame.ts';
import { newNonce, proofOf, proves } from './handshake.ts';
import { Challenge, Welcome } from './messages.ts';
import { RpcError } from './rpc-error.ts';
import { parseJson } from './rpc-peer.ts';

/** The client's side of the handshake: both ends prove that they know the secret, and neither tells it. */
export class ClientHandshake {
  readonly #secret: string;
  readonly #answers: readonly string[];
  readonly #nonce = newNonce();
  #serverNonce: string | null = null;
  done = false;

  constructor(secret: string, answers: readonly string[]) {
    this.#secret = secret;
    this.#answers = answers;
  }

  /** @throws RpcError `PEER_REFUSED` when the server does not know the secret. */
  step(frame: Frame): Buffer | null {
    if (frame.kind !== frameKinds.json) throw new RpcError('PROTOCOL', 'handshake expected');
    const message = parseJson(frame.payload);
    if (this.#serverNonce === null) {
      const challenge = Challenge.safeParse(message);
      if (!challenge.success) throw new RpcError('PROTOCOL', 'challenge expected');
      this.#serverNonce = challenge.data.nonce;
      const proof = proofOf(this.#secret, 'client', this.#serverNonce, this.#nonce);
      return jsonFrame({ type: 'hello', protocol: 1, nonce: this.#nonce, proof, answers: this.#answers });
    }
    const welcome = Welcome.safeParse(message);
    if (!welcome.success || !proves(welcome.data.proof, this.#secret, 'server', this.#serverNonce, this.#nonce)) {
      throw new RpcError('PEER_REFUSED', 'the server does not know the secret');
    }
    this.done = true;
    return null;
  }
}
