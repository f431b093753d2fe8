/**
 * - `ADDRESS_INVALID`: not an address this RPC knows
 * - `NOT_CONNECTED`: the peer is away; the call was not sent
 * - `CONNECTION_LOST`: the peer went away before it answered; the call may have been carried out
 * - `TIMEOUT`: no answer in time; likewise
 * - `PEER_REFUSED`: the handshake failed, the secrets differ
 * - `PROTOCOL`: the peer sent what is not in the protocol
 * - `INVALID_PARAMS`, `UNKNOWN_METHOD`, `FAILED`: the peer's answer
 */
export type RpcErrorCode =
  | 'ADDRESS_INVALID'
  | 'NOT_CONNECTED'
  | 'CONNECTION_LOST'
  | 'TIMEOUT'
  | 'PEER_REFUSED'
  | 'PROTOCOL'
  | 'INVALID_PARAMS'
  | 'UNKNOWN_METHOD'
  | 'FAILED';

export class RpcError extends Error {
  readonly code: RpcErrorCode;

  constructor(code: RpcErrorCode, message: string = code) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
  }
}
