import type { FuzzTarget } from '@marsad/media/testing/fuzz';
import { readCapabilities, readMovableProfile, readSystemDateAndTime } from '../ptz/onvif/device-messages.ts';
import { OnvifMalformed } from '../ptz/onvif/onvif-malformed.ts';
import { numberPresets, readPresets } from '../ptz/onvif/ptz-messages.ts';
import { readSoapAnswer, SoapFault } from '../ptz/onvif/soap.ts';
import { escapeXml } from '../ptz/onvif/xml.ts';

const envelope = (body: string) => `<?xml version="1.0"?><s:Envelope xmlns:s="u"><s:Body>${body}</s:Body></s:Envelope>`;

/** An answer in order, in which everything that a camera fills in is this. */
function filledWith(bytes: Buffer): string {
  const value = escapeXml(bytes.toString('latin1').replace(/[^\x20-\xff]/g, ' '));
  const address = `<XAddr>${value}</XAddr>`;
  return envelope(
    `<R><Capabilities><PTZ>${address}</PTZ></Capabilities><Profiles token="${value}"><PTZConfiguration/></Profiles>` +
      `<Preset token="${value}"><Name>${value}</Name></Preset></R>`,
  );
}

const onvif: FuzzTarget = {
  name: 'onvif',
  samples: [
    '<R><SystemDateAndTime><UTCDateTime><Time><Hour>1</Hour></Time><Date><Year>2026</Year></Date></UTCDateTime></SystemDateAndTime></R>',
    '<R><Capabilities><PTZ><XAddr>http://h/onvif/ptz</XAddr></PTZ></Capabilities><Profiles token="a"><PTZConfiguration/></Profiles></R>',
    '<R><tptz:Preset token="1"><tt:Name>&#68;oor</tt:Name></tptz:Preset><Preset token="b"><![CDATA[x]]></Preset></R>',
    '<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code></s:Fault>',
  ].map((body) => Buffer.from(envelope(body))),
  refuses: (error) => error instanceof OnvifMalformed || error instanceof SoapFault,
  // Little of what is mutated is still XML: half of it is what the XML holds.
  open: (random) => (bytes) => {
    const answer = readSoapAnswer(random() < 0.5 ? bytes.toString('utf8') : filledWith(bytes), 'R');
    readSystemDateAndTime(answer);
    const { ptz } = readCapabilities(answer);
    if (ptz !== null && !ptz.startsWith('/')) throw new Error('broken: a service is on the camera itself');
    readMovableProfile(answer);
    if (numberPresets(readPresets(answer)).size > 1000) throw new Error('broken: presets are bounded');
  },
};

/** Everything an ingest reads of what cameras send that is not a media format. */
export const ingestTargets: readonly FuzzTarget[] = [onvif];
