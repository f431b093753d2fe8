import { SignalRequest, SignalResponse } from '@livekit/protocol';

/** Reads one WebSocket message of a client: protobuf, or the same as JSON text. Null when it is neither. */
export function readRequest(data: Buffer, binary: boolean): SignalRequest | null {
  try {
    return binary
      ? SignalRequest.fromBinary(data)
      : SignalRequest.fromJsonString(data.toString('utf8'), { ignoreUnknownFields: true });
  } catch {
    return null;
  }
}

/** The message in the form the client speaks. */
export function writeResponse(message: SignalResponse['message'], binary: boolean): Uint8Array | string {
  const response = new SignalResponse({ message });
  return binary ? response.toBinary() : response.toJsonString();
}

/** The `candidate` of a trickle message's JSON, with the m-line it belongs to. Null when malformed. */
export function readCandidate(candidateInit: string): { candidate: string; mid: string } | null {
  try {
    const init: unknown = JSON.parse(candidateInit);
    if (typeof init !== 'object' || init === null || !('candidate' in init)) return null;
    const { candidate } = init;
    const mid = 'sdpMid' in init && typeof init.sdpMid === 'string' ? init.sdpMid : '0';
    return typeof candidate === 'string' && candidate.length < 1000 ? { candidate, mid } : null;
  } catch {
    return null;
  }
}

export function writeCandidate(candidate: string, mid: string): string {
  return JSON.stringify({ candidate, sdpMid: mid, sdpMLineIndex: 0 });
}
