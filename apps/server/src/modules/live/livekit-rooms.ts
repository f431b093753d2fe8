import type { Profile, PushSpec } from '@marsad/contract';
import { IngressClient, IngressInput, RoomServiceClient } from 'livekit-server-sdk';
import { ignoreMissing } from './twirp-answers.ts';

/** For each request, seconds. */
const requestTimeout = 5;
/** Begins the name of every ingress we make: others on the same server are not ours to delete. */
const mark = 'marsad';

/** What one room of a LiveKit server is to show. */
export interface ServedRoom {
  readonly name: string;
  readonly camera: string;
  readonly cameraName: string;
  readonly profile: Profile;
  /** Identities. */
  readonly viewers: readonly string[];
}

/** The commands to a LiveKit server that nobody here wrote: rooms with one camera each, brought there by an ingress. */
export class LivekitRooms {
  readonly rooms: RoomServiceClient;
  readonly #ingress: IngressClient;

  /** @param url `http(s)://` or `ws(s)://` */
  constructor(url: string, apiKey: string, apiSecret: string) {
    const host = url.replace(/^ws/, 'http').replace(/\/+$/, '');
    const options = { requestTimeout, failover: false };
    this.rooms = new RoomServiceClient(host, apiKey, apiSecret, options);
    this.#ingress = new IngressClient(host, apiKey, apiSecret, options);
  }

  /**
   * Makes the room, ends whoever is in it and may not be, and answers where its camera is to be pushed. Rejects with what
   * the SDK rejects with.
   */
  async make({ name, camera, cameraName, profile, viewers }: ServedRoom): Promise<PushSpec> {
    // Not the form our own edges read: there the room would show a camera of its own beside the one that is pushed.
    const metadata = JSON.stringify({ marsad: { camera, name: cameraName, profile } });
    const found = await this.rooms.createRoom({ name, metadata, departureTimeout: 20 });
    if (found.metadata !== metadata) await this.rooms.updateRoomMetadata(name, metadata);
    const [ingress] = await Promise.all([
      this.#ingressFor(name, camera, cameraName),
      this.#removeOthers(name, viewers),
    ]);
    return { camera, profile, url: ingress.url.replace(/\/+$/, ''), token: ingress.streamKey };
  }

  /** Ends everybody in the room, and its ingress. */
  async remove(name: string): Promise<void> {
    await this.rooms.deleteRoom(name).catch(ignoreMissing);
    for (const { ingressId, name: label } of await this.#ingress.listIngress({ roomName: name })) {
      if (label.startsWith(mark)) await this.#ingress.deleteIngress(ingressId).catch(ignoreMissing);
    }
  }

  /** The stream keys of every ingress there is. */
  async keys(): Promise<Set<string>> {
    return new Set((await this.#ingress.listIngress()).map(({ streamKey }) => streamKey));
  }

  async #ingressFor(room: string, camera: string, participantName: string) {
    const participantIdentity = `camera_${camera}`;
    const known = (await this.#ingress.listIngress({ roomName: room })).find(
      (each) =>
        each.inputType === IngressInput.WHIP_INPUT &&
        each.participantIdentity === participantIdentity &&
        each.name.startsWith(mark),
    );
    return (
      known ??
      (await this.#ingress.createIngress(IngressInput.WHIP_INPUT, {
        name: `${mark} ${room}`,
        roomName: room,
        participantIdentity,
        participantName,
      }))
    );
  }

  /** A LiveKit server knows no list of who may be in a room: whoever is not on ours is put out. */
  async #removeOthers(room: string, viewers: readonly string[]): Promise<void> {
    const allowed = new Set(viewers);
    const present = (await this.rooms.listParticipants(room).catch(ignoreMissing)) ?? [];
    const others = present.filter(({ identity, isPublisher }) => !isPublisher && !allowed.has(identity));
    // Only those we let in: another tool may have business of its own in the room.
    const ours = others.filter(({ attributes }) => attributes.reservation !== undefined);
    await Promise.all(ours.map(({ identity }) => this.rooms.removeParticipant(room, identity).catch(ignoreMissing)));
  }
}
