/** What can be wrong with bytes that came from outside. */
export type MediaErrorCode =
  | 'RTSP_HEADER_TOO_LARGE'
  | 'RTSP_BODY_TOO_LARGE'
  | 'RTSP_LOST_SYNC'
  | 'RTSP_MALFORMED'
  | 'RTSP_URL_MALFORMED'
  | 'SDP_MALFORMED'
  | 'SDP_TOO_LARGE'
  | 'RTP_MALFORMED'
  | 'RTCP_MALFORMED'
  | 'H264_MALFORMED'
  | 'AAC_MALFORMED';

/**
 * The only error this package throws for input it cannot use. The message may quote sizes and names of fields, never
 * contents: a header may hold a password.
 */
export class MediaError extends Error {
  readonly code: MediaErrorCode;

  constructor(code: MediaErrorCode, message: string) {
    super(message);
    this.name = 'MediaError';
    this.code = code;
  }
}
