import { mediaService } from './media-service.ts';
import { ptzService } from './ptz-service.ts';
import type { OnvifCall, OnvifService } from './service.ts';
import { SoapFault } from './soap-fault.ts';
import { find } from './xml.ts';

/** ONVIF Core 8: what the camera is, what time it has and where its services are. */
export const deviceService: OnvifService = {
  path: 'device_service',
  namespace: 'http://www.onvif.org/ver10/device/wsdl',
  prefix: 'tds',
  capabilities:
    '<tds:Capabilities><tds:Network/><tds:Security UsernameToken="true" HttpDigest="true"/><tds:System/></tds:Capabilities>',
  operations: {
    GetSystemDateAndTime: systemDateAndTime,
    GetCapabilities: capabilities,
    GetServices: services,
    GetDeviceInformation: ({ camera }) =>
      '<tds:Manufacturer>Marsad</tds:Manufacturer><tds:Model>Simulated PTZ</tds:Model>' +
      `<tds:FirmwareVersion>1.0</tds:FirmwareVersion><tds:SerialNumber>${camera.path}</tds:SerialNumber>` +
      '<tds:HardwareId>simulator</tds:HardwareId>',
  },
};

function systemDateAndTime({ clockMs }: OnvifCall): string {
  const at = new Date(clockMs);
  const time = `<tt:Hour>${at.getUTCHours()}</tt:Hour><tt:Minute>${at.getUTCMinutes()}</tt:Minute><tt:Second>${at.getUTCSeconds()}</tt:Second>`;
  const date = `<tt:Year>${at.getUTCFullYear()}</tt:Year><tt:Month>${at.getUTCMonth() + 1}</tt:Month><tt:Day>${at.getUTCDate()}</tt:Day>`;
  return (
    '<tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>' +
    '<tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone>' +
    `<tt:UTCDateTime><tt:Time>${time}</tt:Time><tt:Date>${date}</tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>`
  );
}

/** Core 8.1.2. Categories that the camera has no service for are refused as it says there. */
function capabilities({ request, services: at }: OnvifCall): string {
  const parts: Readonly<Record<string, string>> = {
    Device: `<tt:Device><tt:XAddr>${at}/${deviceService.path}</tt:XAddr></tt:Device>`,
    Media:
      `<tt:Media><tt:XAddr>${at}/${mediaService.path}</tt:XAddr><tt:StreamingCapabilities>` +
      '<tt:RTPMulticast>false</tt:RTPMulticast><tt:RTP_TCP>true</tt:RTP_TCP><tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP>' +
      '</tt:StreamingCapabilities></tt:Media>',
    PTZ: `<tt:PTZ><tt:XAddr>${at}/${ptzService.path}</tt:XAddr></tt:PTZ>`,
  };
  const wanted = request.children.filter(({ name }) => name === 'Category').map(({ text }) => text);
  const all = wanted.length === 0 || wanted.includes('All');
  const named = (all ? Object.keys(parts) : wanted).map((category) => {
    const part = parts[category];
    if (part === undefined) throw new SoapFault('Receiver', ['ActionNotSupported', 'NoSuchService'], `no ${category}`);
    return part;
  });
  return `<tds:Capabilities>${named.join('')}</tds:Capabilities>`;
}

function services({ request, services: at }: OnvifCall): string {
  const withCapabilities = /^(true|1)$/.test(find(request, 'IncludeCapability')?.text ?? '');
  return [deviceService, mediaService, ptzService]
    .map(
      (one) =>
        `<tds:Service><tds:Namespace>${one.namespace}</tds:Namespace><tds:XAddr>${at}/${one.path}</tds:XAddr>` +
        (withCapabilities ? `<tds:Capabilities>${one.capabilities}</tds:Capabilities>` : '') +
        '<tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>',
    )
    .join('');
}
