import { createHash } from 'node:crypto';
import { OnvifMalformed } from './onvif-malformed.ts';
import { elementAt, escapeXml, parseXml, textAt, type XmlElement } from './xml.ts';

export interface UsernameToken {
  readonly username: string;
  readonly password: string;
  /** Sixteen random bytes. */
  readonly nonce: Uint8Array;
  /** By the camera's own clock: one that is minutes off refuses every other time. */
  readonly created: Date;
}

/** What a camera answers instead of doing what it was asked (SOAP 1.2 part 1, 5.4; SOAP 1.1, 4.4). */
export class SoapFault extends Error {
  /** Codes from the outer to the inner, without prefixes: `Sender`, `InvalidArgVal`, `NoProfile`. */
  readonly codes: readonly string[];

  constructor(codes: readonly string[], reason: string) {
    super(reason);
    this.name = 'SoapFault';
    this.codes = codes;
  }

  get refusesCredentials(): boolean {
    return this.codes.some((code) => /^(NotAuthorized|FailedAuthentication|InvalidSecurity(Token)?)$/i.test(code));
  }
}

const soap = 'http://www.w3.org/2003/05/soap-envelope';
const extension = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const utility = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const tokenProfile = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0';
const encoding = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary';

/** A request (SOAP 1.2), signed for the camera with a password digest where there is a token (ONVIF Core 5.9). */
export function soapEnvelope(body: string, token: UsernameToken | null): string {
  const header = token === null ? '' : `<s:Header>${securityHeader(token)}</s:Header>`;
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="${soap}">${header}<s:Body>${body}</s:Body></s:Envelope>`;
}

/** WS-Security UsernameToken Profile 1.0, 3.1: Base64(SHA-1(nonce + created + password)). */
function securityHeader({ username, password, nonce, created }: UsernameToken): string {
  // Whole seconds: not every camera reads fractions.
  const time = created.toISOString().replace(/\.\d+Z$/, 'Z');
  const digest = createHash('sha1').update(nonce).update(time).update(password, 'utf8').digest('base64');
  return (
    `<Security xmlns="${extension}" s:mustUnderstand="1"><UsernameToken>` +
    `<Username>${escapeXml(username)}</Username>` +
    `<Password Type="${tokenProfile}#PasswordDigest">${digest}</Password>` +
    `<Nonce EncodingType="${encoding}">${Buffer.from(nonce).toString('base64')}</Nonce>` +
    `<Created xmlns="${utility}">${time}</Created></UsernameToken></Security>`
  );
}

/**
 * What stands in the body of an answer.
 * @param expected local name of the answer's element
 * @throws SoapFault; OnvifMalformed for anything that is neither the answer nor a fault
 */
export function readSoapAnswer(document: string, expected: string): XmlElement {
  const envelope = parseXml(document);
  const body = envelope.name === 'Envelope' ? elementAt(envelope, 'Body') : undefined;
  if (body === undefined) throw new OnvifMalformed('the answer is no SOAP envelope');
  const fault = elementAt(body, 'Fault');
  if (fault) throw new SoapFault(codesOf(fault), reasonOf(fault));
  const answer = elementAt(body, expected);
  if (answer === undefined) throw new OnvifMalformed(`no ${expected} in the answer`);
  return answer;
}

function codesOf(fault: XmlElement): string[] {
  const codes: string[] = [];
  let code = elementAt(fault, 'Code');
  for (; code; code = elementAt(code, 'Subcode')) codes.push(textAt(code, 'Value'));
  if (codes.length === 0) codes.push(textAt(fault, 'faultcode'));
  return codes.map((value) => value.slice(value.indexOf(':') + 1)).filter((value) => value !== '');
}

function reasonOf(fault: XmlElement): string {
  const reason = textAt(fault, 'Reason', 'Text') || textAt(fault, 'faultstring') || codesOf(fault).join(' ');
  return reason.replace(/[\p{Cc}\s]+/gu, ' ').slice(0, 160);
}
