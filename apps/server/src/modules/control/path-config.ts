import { CameraInput, type ControlPathConfig, RtspUrl } from '@marsad/contract';
import { ValidationError } from '../../platform/http/validation.ts';
import { identityOfName, sourceOfName } from './path-name.ts';

const transports = { automatic: 'auto', tcp: 'tcp', udp: 'udp' } as const;

/** The camera that a path's settings describe. @throws ValidationError for what we cannot do */
export function cameraOf(name: string, config: ControlPathConfig): CameraInput {
  if (config.name !== undefined && config.name !== name) {
    throw ValidationError.at('name', 'is not that of the address', 'لا يطابق الاسم في العنوان');
  }
  const plain = { ...identityOfName(name), name, source: sourceOfName(name) };
  if (config.source === 'publisher') {
    if (!config.sourceOnDemand) return CameraInput.parse({ ...plain, ingest: 'push' });
    throw ValidationError.at(
      'sourceOnDemand',
      'means nothing where the source is a publisher',
      'لا معنى له عندما يكون المصدر ناشرًا',
    );
  }
  const address = RtspUrl.safeParse(config.source);
  if (!address.success) {
    throw ValidationError.at(
      'source',
      'must be publisher, or an rtsp:// or rtsps:// address',
      'يجب أن يكون publisher أو عنوانًا يبدأ بـ rtsp:// أو rtsps://',
    );
  }
  return CameraInput.parse({
    ...plain,
    ingest: 'pull',
    rtsp_url: address.data,
    mode: config.sourceOnDemand ? 'on-demand' : 'always',
    transport: transports[config.rtspTransport ?? config.sourceProtocol ?? 'automatic'],
  });
}
