import { readXml, type XmlElement } from '../onvif/xml.ts';

export interface SoapAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** What stands in the body: the answer or the fault. */
  readonly body: XmlElement;
  /** Codes of a fault from the outer to the inner, with prefixes; empty for an answer. */
  readonly codes: readonly string[];
}

export function soapDocument(operation: string, header = ''): string {
  return (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema">' +
    `<s:Header>${header}</s:Header><s:Body>${operation}</s:Body></s:Envelope>`
  );
}

/** Sends one operation as it stands. Rejects when the answer is no SOAP. */
export async function askSoap(url: string, operation: string, header = ''): Promise<SoapAnswer> {
  const response = await fetch(url, { method: 'POST', body: soapDocument(operation, header) });
  const body = readXml(await response.text()).children.find(({ name }) => name === 'Body')?.children[0];
  if (!body) throw new Error('the answer has no body');
  const codes: string[] = [];
  const child = (of: XmlElement | undefined, name: string) => of?.children.find((one) => one.name === name);
  for (let code = child(body, 'Code'); code; code = child(code, 'Subcode'))
    codes.push(child(code, 'Value')?.text ?? '');
  return { status: response.status, headers: response.headers, body, codes };
}
