import { SoapFault } from './soap-fault.ts';
import { escapeXml, find, readXml, type XmlElement } from './xml.ts';

export interface SoapRequest {
  /** What stands in the body; its name is the operation's. */
  readonly operation: XmlElement;
  /** The UsernameToken of WS-Security. */
  readonly token: XmlElement | null;
}

/** Throws SoapFault for what is no request. */
export function readRequest(document: string): SoapRequest {
  let root: XmlElement;
  try {
    root = readXml(document);
  } catch (error) {
    throw new SoapFault('Sender', ['WellFormed'], error instanceof Error ? error.message : 'no XML', { cause: error });
  }
  const operation = root.name === 'Envelope' ? find(root, 'Body')?.children[0] : undefined;
  if (!operation) throw new SoapFault('Sender', ['WellFormed'], 'no SOAP envelope with a body');
  return { operation, token: find(root, 'Header', 'Security', 'UsernameToken') };
}

const NAMESPACES = {
  env: 'http://www.w3.org/2003/05/soap-envelope',
  ter: 'http://www.onvif.org/ver10/error',
  tt: 'http://www.onvif.org/ver10/schema',
  tds: 'http://www.onvif.org/ver10/device/wsdl',
  trt: 'http://www.onvif.org/ver10/media/wsdl',
  tptz: 'http://www.onvif.org/ver20/ptz/wsdl',
};

const declarations = Object.entries(NAMESPACES)
  .map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`)
  .join('');

/** An answer in SOAP 1.2. `body` may use the prefixes tt, tds, trt and tptz. */
export function envelope(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<env:Envelope${declarations}><env:Body>${body}</env:Body></env:Envelope>`;
}

/** SOAP 1.2 part 1, 5.4, with subcodes from the outer to the inner (ONVIF Core 5.8.2). */
export function faultEnvelope({ sideAtFault, subcodes, message }: SoapFault): string {
  const subcode = subcodes.reduceRight(
    (inner, code) => `<env:Subcode><env:Value>ter:${code}</env:Value>${inner}</env:Subcode>`,
    '',
  );
  return envelope(
    `<env:Fault><env:Code><env:Value>env:${sideAtFault}</env:Value>${subcode}</env:Code>` +
      `<env:Reason><env:Text xml:lang="en">${escapeXml(message)}</env:Text></env:Reason></env:Fault>`,
  );
}
