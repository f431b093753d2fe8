/** What a camera answers is not what was asked for. The message quotes nothing of it: it may hold a password. */
export class OnvifMalformed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OnvifMalformed';
  }
}
