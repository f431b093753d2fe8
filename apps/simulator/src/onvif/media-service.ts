import { FRAME_RATE, GOP_PICTURES, PROFILES, type ProfileName, type StreamProfile } from '../encoding/profile.ts';
import { ptzConfiguration } from './ptz-configuration.ts';
import type { OnvifCall, OnvifService } from './service.ts';
import { wrongArgument } from './soap-fault.ts';
import { find, type XmlElement } from './xml.ts';

const SOURCE = 'source';

/** ONVIF Media (ver10) 5: two profiles, main and sub, of one video source. */
export const mediaService: OnvifService = {
  path: 'media_service',
  namespace: 'http://www.onvif.org/ver10/media/wsdl',
  prefix: 'trt',
  capabilities:
    '<trt:Capabilities SnapshotUri="false" Rotation="false" VideoSourceMode="false" OSD="false">' +
    '<trt:ProfileCapabilities MaximumNumberOfProfiles="2"/>' +
    '<trt:StreamingCapabilities RTPMulticast="false" RTP_TCP="true" RTP_RTSP_TCP="true"/></trt:Capabilities>',
  operations: {
    GetProfiles: () => Object.values(PROFILES).map(profile).join(''),
    GetVideoSources: () =>
      `<trt:VideoSources token="${SOURCE}"><tt:Framerate>${FRAME_RATE}</tt:Framerate>` +
      `<tt:Resolution>${size(PROFILES.main)}</tt:Resolution></trt:VideoSources>`,
    GetStreamUri: streamUri,
  },
};

/** The profile that a request names. Throws SoapFault when there is none. */
export function profileOf(request: XmlElement): ProfileName {
  const token = find(request, 'ProfileToken')?.text;
  if (token !== 'main' && token !== 'sub') throw wrongArgument('NoProfile', 'there is no such profile');
  return token;
}

function streamUri({ request, streams }: OnvifCall): string {
  return (
    `<trt:MediaUri><tt:Uri>${streams}/${profileOf(request)}</tt:Uri>` +
    '<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>' +
    '<tt:Timeout>PT0S</tt:Timeout></trt:MediaUri>'
  );
}

function profile(one: StreamProfile): string {
  const { width, height } = PROFILES.main;
  return (
    `<trt:Profiles token="${one.name}" fixed="true"><tt:Name>${one.name}</tt:Name>` +
    `<tt:VideoSourceConfiguration token="${SOURCE}-configuration"><tt:Name>${SOURCE}</tt:Name><tt:UseCount>2</tt:UseCount>` +
    `<tt:SourceToken>${SOURCE}</tt:SourceToken><tt:Bounds x="0" y="0" width="${width}" height="${height}"/>` +
    `</tt:VideoSourceConfiguration>${encoderConfiguration(one)}${ptzConfiguration('tt:PTZConfiguration')}</trt:Profiles>`
  );
}

function encoderConfiguration(one: StreamProfile): string {
  return (
    `<tt:VideoEncoderConfiguration token="${one.name}-encoder"><tt:Name>${one.name}</tt:Name><tt:UseCount>1</tt:UseCount>` +
    `<tt:Encoding>H264</tt:Encoding><tt:Resolution>${size(one)}</tt:Resolution><tt:Quality>5</tt:Quality>` +
    `<tt:RateControl><tt:FrameRateLimit>${FRAME_RATE}</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval>` +
    `<tt:BitrateLimit>${Math.round(one.bitrate / 1000)}</tt:BitrateLimit></tt:RateControl>` +
    `<tt:H264><tt:GovLength>${GOP_PICTURES}</tt:GovLength><tt:H264Profile>Baseline</tt:H264Profile></tt:H264>` +
    '<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address>' +
    '<tt:Port>0</tt:Port><tt:TTL>0</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>' +
    '<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration>'
  );
}

function size({ width, height }: StreamProfile): string {
  return `<tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height>`;
}
