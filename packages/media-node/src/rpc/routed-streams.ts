import type { StreamKey, StreamProvider, StreamSink, StreamSubscription } from '../stream-provider.ts';

interface Routed {
  readonly key: StreamKey;
  readonly sink: StreamSink;
  provider: StreamProvider;
  inner: StreamSubscription;
}

/** Takes each stream from where it is: in this process if the camera is ours, else from another node. */
export class RoutedStreams implements StreamProvider {
  readonly #local: StreamProvider;
  readonly #remote: StreamProvider;
  readonly #isLocal: (camera: string) => boolean;
  readonly #open = new Set<Routed>();

  constructor(local: StreamProvider, remote: StreamProvider, isLocal: (camera: string) => boolean) {
    this.#local = local;
    this.#remote = remote;
    this.#isLocal = isLocal;
  }

  subscribe(key: StreamKey, sink: StreamSink): StreamSubscription {
    const provider = this.#providerOf(key.camera);
    const routed: Routed = { key, sink, provider, inner: provider.subscribe(key, sink) };
    this.#open.add(routed);
    return {
      close: () => {
        if (this.#open.delete(routed)) routed.inner.close();
      },
    };
  }

  /** Cameras may have moved: sinks move along, and start there with status, tracks and the current GOP. */
  refresh(): void {
    for (const routed of this.#open) {
      const provider = this.#providerOf(routed.key.camera);
      if (provider === routed.provider) continue;
      routed.inner.close();
      routed.provider = provider;
      routed.inner = provider.subscribe(routed.key, routed.sink);
    }
  }

  #providerOf(camera: string): StreamProvider {
    return this.#isLocal(camera) ? this.#local : this.#remote;
  }
}
