/** One connection to the RTSP server, for whoever administers it. */
export interface RtspConnInfo {
  readonly id: string;
  /** Of what was let in, as access knows it; null while idle. */
  readonly session: string | null;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** Address and port of the client. */
  readonly remoteAddress: string;
  readonly secure: boolean;
  readonly state: 'idle' | 'read' | 'publish';
  /** How media go; null while none do. */
  readonly transport: 'tcp' | 'udp' | null;
  /** What a reader named; for a publisher the camera's id, because it may have named a key. Null while idle. */
  readonly path: string | null;
  readonly camera: string | null;
  readonly bytesReceived: number;
  readonly bytesSent: number;
}
