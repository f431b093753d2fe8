export interface RtspOptions {
  readonly host: string;
  /** TCP port of `rtsp`; 0 takes a free one. */
  readonly port: number;
  /** UDP port of RTP, even; RTCP takes the next. 0 takes a free pair. */
  readonly udpPort: number;
  /** With it `rtsps` is spoken too, on a port of its own. PEM. */
  readonly tls?: { readonly port: number; readonly cert: string; readonly key: string };
  /** Connections of both ports together. Default 2,000. */
  readonly maxConnections?: number;
}
