import { type UpdateTrackSettings, VideoQuality } from '@livekit/protocol';
import type { Profile } from '@marsad/contract';
import type { VideoEgress } from '../egress/video-egress.ts';
import type { CameraParticipant } from '../rooms/camera-participant.ts';

/** A tile up to this size is served by a sub profile (640×360) without being blown up by more than a quarter. */
const SUB_WIDTH = 800;
const SUB_HEIGHT = 450;
/** An adaptive client says its tile's size about 100 ms after it asked for the picture; a page with 64, later. Milliseconds. */
const SIZE_PATIENCE = 2000;

/** What a viewer wants of one camera, and from that the profile it is sent. */
export class TrackSubscription {
  readonly camera: CameraParticipant;
  readonly mid: string;
  readonly egress: VideoEgress;
  readonly #adaptive: boolean;
  readonly #first: Profile;
  readonly #largest: Profile;
  #subscribed = true;
  #disabled = false;
  #sized = false;
  #profile: Profile;
  #patience: NodeJS.Timeout | null = null;
  readonly #stopListening: () => void;

  /**
   * `adaptive`: the client will say how large its tile is. `first`: the profile until it has said anything. `largest`: what
   * it is sent at most, whatever it says.
   */
  constructor(options: {
    camera: CameraParticipant;
    mid: string;
    egress: VideoEgress;
    adaptive: boolean;
    first: Profile;
    largest: Profile;
  }) {
    this.camera = options.camera;
    this.mid = options.mid;
    this.egress = options.egress;
    this.#adaptive = options.adaptive;
    this.#first = options.first;
    this.#largest = options.largest;
    this.#profile = options.first;
    this.#stopListening = this.camera.onWithheld(() => this.#apply());
    this.#apply();
  }

  subscribe(subscribed: boolean): void {
    this.#subscribed = subscribed;
    this.#apply();
  }

  settings(settings: UpdateTrackSettings): void {
    this.#disabled = settings.disabled;
    this.#calm();
    if (settings.width > 0 && settings.height > 0) {
      this.#sized = true;
      this.#profile = settings.width <= SUB_WIDTH && settings.height <= SUB_HEIGHT ? 'sub' : 'main';
    } else {
      this.#byQuality(settings.quality === VideoQuality.HIGH ? 'main' : 'sub');
    }
    this.#apply();
  }

  close(): void {
    this.#stopListening();
    this.#calm();
    this.egress.close();
  }

  #byQuality(profile: Profile): void {
    if (!this.#adaptive || this.#sized || profile === this.#first) {
      this.#profile = profile;
      return;
    }
    this.#patience = setTimeout(() => {
      this.#patience = null;
      this.#profile = profile;
      this.#apply();
    }, SIZE_PATIENCE);
  }

  #apply(): void {
    const shown = this.#subscribed && !this.#disabled && !this.camera.isWithheld(this.camera.trackSid);
    const profile = this.#largest === 'sub' ? 'sub' : this.#profile;
    this.egress.select(shown ? profile : null);
  }

  #calm(): void {
    if (this.#patience) clearTimeout(this.#patience);
    this.#patience = null;
  }
}
