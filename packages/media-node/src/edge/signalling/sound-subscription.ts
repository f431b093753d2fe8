import type { UpdateTrackSettings } from '@livekit/protocol';
import type { AudioEgress } from '../egress/audio-egress.ts';

/** What a viewer wants of one participant's sound: all of it, or nothing. */
export class SoundSubscription {
  readonly mid: string;
  readonly sid: string;
  readonly egress: AudioEgress;
  #subscribed = true;
  #disabled = false;

  constructor(options: { mid: string; sid: string; egress: AudioEgress }) {
    this.mid = options.mid;
    this.sid = options.sid;
    this.egress = options.egress;
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
    this.egress.close();
  }

  #apply(): void {
    this.egress.play(this.#subscribed && !this.#disabled);
  }
}
