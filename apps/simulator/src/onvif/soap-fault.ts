/** An answer that says what is wrong. */
export class SoapFault extends Error {
  readonly sideAtFault: 'Sender' | 'Receiver';
  /** Of ONVIF's error namespace, from the outer to the inner. */
  readonly subcodes: readonly string[];

  constructor(sideAtFault: 'Sender' | 'Receiver', subcodes: readonly string[], reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'SoapFault';
    this.sideAtFault = sideAtFault;
    this.subcodes = subcodes;
  }

  /** SOAP 1.2 part 2, 7.5.2.2. */
  get httpStatus(): 400 | 500 {
    return this.sideAtFault === 'Sender' ? 400 : 500;
  }
}

/** An argument that cannot be taken. */
export function wrongArgument(subcode: string, reason: string): SoapFault {
  return new SoapFault('Sender', ['InvalidArgVal', subcode], reason);
}
