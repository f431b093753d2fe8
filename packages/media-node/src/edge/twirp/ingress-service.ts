import {
  CreateIngressRequest,
  DeleteIngressRequest,
  IngressInfo,
  IngressInput,
  IngressState,
  IngressState_Status,
  ListIngressRequest,
  ListIngressResponse,
  UpdateIngressRequest,
} from '@livekit/protocol';
import type { AccessGrant } from '../access-token.ts';
import type { Ingresses, IngressView } from '../ingress/ingresses.ts';
import type { TwirpBody, TwirpMessage } from './twirp-body.ts';
import type { TwirpService } from './twirp-endpoint.ts';
import { TwirpError } from './twirp-error.ts';

const MAX_NAME = 200;
const MAX_METADATA = 10_000;

/** LiveKit's `Ingress` service, for publishers that come over WHIP and whose H.264 needs no transcoding. */
export class IngressService implements TwirpService {
  readonly #ingresses: Ingresses;

  constructor(ingresses: Ingresses) {
    this.#ingresses = ingresses;
  }

  /** `base`: the edge's HTTP address as the caller sees it. What is wrong with the body is thrown, not rejected with. */
  call(method: string, grant: AccessGrant, body: TwirpBody, base: string): TwirpMessage | Promise<TwirpMessage> {
    if (!grant.video.ingressAdmin) throw new TwirpError('unauthenticated', 'permissions denied');
    switch (method) {
      case 'CreateIngress':
        return this.#create(body.read(CreateIngressRequest), base);
      case 'UpdateIngress':
        return this.#update(body.read(UpdateIngressRequest), base);
      case 'ListIngress':
        return this.#list(body.read(ListIngressRequest), base);
      case 'DeleteIngress': {
        const { ingressId } = body.read(DeleteIngressRequest);
        return this.#ingresses.delete(ingressId).then((deleted) => found(deleted, base));
      }
      default:
        throw new TwirpError('bad_route', `no handler for method ${method.slice(0, 60)}`);
    }
  }

  #create(request: CreateIngressRequest, base: string): Promise<TwirpMessage> {
    if (request.inputType !== IngressInput.WHIP_INPUT) {
      throw new TwirpError('unimplemented', 'only WHIP_INPUT is supported; cameras are added in Marsad itself');
    }
    requireUntouched(request.enableTranscoding);
    const { name, roomName, participantIdentity, participantName, participantMetadata } = request;
    if (roomName === '') throw new TwirpError('invalid_argument', 'room_name must be given');
    if (participantIdentity === '') throw new TwirpError('invalid_argument', 'participant_identity must be given');
    requireShort({ name, roomName, participantIdentity, participantName, participantMetadata });
    const enabled = request.enabled ?? true;
    const wanted = {
      name,
      roomName,
      participantIdentity,
      participantName: participantName || participantIdentity,
      participantMetadata,
      enabled,
    };
    return this.#ingresses.create(wanted).then((created) => {
      if (!created) throw new TwirpError('resource_exhausted', 'too many ingresses');
      return infoOf(created, base);
    });
  }

  #update(request: UpdateIngressRequest, base: string): Promise<TwirpMessage> {
    requireUntouched(request.enableTranscoding);
    const { name, roomName, participantIdentity, participantName, participantMetadata, enabled } = request;
    // Fields left out come as empty strings: they stay as they are.
    const given = { name, roomName, participantIdentity, participantName, participantMetadata };
    requireShort(given);
    const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
    const wanted = { ...changes, ...(enabled === undefined ? {} : { enabled }) };
    return this.#ingresses.update(request.ingressId, wanted).then((updated) => found(updated, base));
  }

  #list({ roomName, ingressId }: ListIngressRequest, base: string): TwirpMessage {
    const items = this.#ingresses.all
      .filter(({ ingress }) => roomName === '' || ingress.roomName === roomName)
      .filter(({ ingress }) => ingressId === '' || ingress.id === ingressId);
    return new ListIngressResponse({ items: items.map((view) => infoOf(view, base)) });
  }
}

/** `base` null: nobody asked over HTTP, and the address is left out. */
export function infoOf({ ingress, publication, startedAt }: IngressView, base: string | null): IngressInfo {
  const participant = publication?.participant;
  return new IngressInfo({
    ingressId: ingress.id,
    name: ingress.name,
    streamKey: ingress.streamKey,
    url: base === null ? '' : `${base}/whip`,
    inputType: IngressInput.WHIP_INPUT,
    bypassTranscoding: true,
    enableTranscoding: false,
    roomName: ingress.roomName,
    participantIdentity: ingress.participantIdentity,
    participantName: ingress.participantName,
    participantMetadata: ingress.participantMetadata,
    reusable: true,
    enabled: ingress.enabled,
    state: new IngressState({
      status: participant
        ? IngressState_Status.ENDPOINT_PUBLISHING
        : publication
          ? IngressState_Status.ENDPOINT_BUFFERING
          : IngressState_Status.ENDPOINT_INACTIVE,
      // LiveKit counts in nanoseconds here.
      startedAt: BigInt(startedAt) * 1_000_000n,
      roomId: publication?.room?.sid ?? '',
      tracks: participant ? participant.info().tracks : [],
    }),
  });
}

function requireUntouched(enableTranscoding: boolean | undefined): void {
  if (enableTranscoding) throw new TwirpError('unimplemented', 'nothing is transcoded: publish H.264 and Opus');
}

function requireShort(fields: Readonly<Record<string, string>>): void {
  for (const [field, value] of Object.entries(fields)) {
    const limit = field === 'participantMetadata' ? MAX_METADATA : MAX_NAME;
    if (value.length > limit) throw new TwirpError('invalid_argument', `${field} is longer than ${limit} characters`);
  }
}

function found(view: IngressView | null, base: string): IngressInfo {
  if (!view) throw new TwirpError('not_found', 'ingress does not exist');
  return infoOf(view, base);
}
