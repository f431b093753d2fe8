import type { UpdateTrackSettings } from '@livekit/protocol';
import type { AudioEgress } from '../egress/audio-egress.ts';
import type { CameraParticipant } from '../rooms/camera-participant.ts';

/** What a viewer wants of one participant's sound: all of it, or nothing. */
export class SoundSubscription {
  readonly mid: string;
  readonly sid: string;
  readonly egress: AudioEgress;
  readonly #camera: CameraParticipant;
  readonly #stopListening: () => void;
  #subscribed = true;
  #disabled = false;

  constructor(options: { camera: CameraParticipant; mid: string; sid: string; egress: AudioEgress }) {
    this.#camera = options.camera;
    this.mid = options.mid;
    this.sid = options.sid;
    this.egress = options.egress;
    this.#stopListening = this.#camera.onWithheld(() => this.#apply());
    this.#apply();
  }

  subscribe(subscribed: boolean): void {
    this.#subscribed = subscribed;
    this.#apply();
  }

  settings(settings: UpdateTrackSettings): void {
    this.#disabled = settings.disabled;
    this.#apply();
  }

  close(): void {
    this.#stopListening();
    this.egress.close();
  }

  #apply(): void {
    this.egress.play(this.#subscribed && !this.#disabled && !this.#camera.isWithheld(this.sid));
  }
}
