/** The codes of the Twirp wire protocol that are used here, with their HTTP status. */
const STATUS = {
  bad_route: 404,
  invalid_argument: 400,
  malformed: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  resource_exhausted: 429,
  unimplemented: 501,
  internal: 500,
} as const;

export type TwirpCode = keyof typeof STATUS;

/** A refused Twirp call: answered as `{"code","msg"}` with the status of its code. */
export class TwirpError extends Error {
  readonly code: TwirpCode;

  constructor(code: TwirpCode, message: string) {
    super(message);
    this.name = 'TwirpError';
    this.code = code;
  }

  get status(): number {
    return STATUS[this.code];
  }
}
