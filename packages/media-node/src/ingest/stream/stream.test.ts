import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { MemorySink, picture, videoTrack } from '../../testing/pictures.ts';
import { type Source, SourceError, type SourceFactory, type SourceListener } from '../source/source.ts';
import { Fanout } from './fanout.ts';
import { Stream } from './stream.ts';

/** A camera under the test's control. */
class Camera implements SourceFactory {
  readonly attempts: number[] = [];
  closed = 0;
  probes = 0;
  probeError: SourceError | null = null;
  /** Called with each new connection. */
  answer: (listener: SourceListener) => void = () => {};
  listener: SourceListener | null = null;
  #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  open(listener: SourceListener): Source {
    return {
      start: () => {
        this.attempts.push(this.#clock.monotonic());
        this.listener = listener;
        this.answer(listener);
      },
      close: () => {
        this.closed++;
      },
    };
  }

  async probe(): Promise<typeof videoTrack> {
    this.probes++;
    if (this.probeError) throw this.probeError;
    return videoTrack;
  }
}

function setUp(mode: 'always' | 'on-demand') {
  const clock = new VirtualClock();
  const camera = new Camera(clock);
  const fanout: Fanout = new Fanout({
    status: { state: 'connecting', reason: null, detail: null, since: 0, last_picture_at: null, next_attempt_at: null },
    onSinks: () => stream.sinksChanged(),
  });
  const stream = new Stream({ source: camera, fanout, mode, clock, random: () => 0.5 });
  stream.start();
  let number = 0;
  /** Pictures at 25 per second for so long, a key picture each second. */
  const play = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 40) {
      await clock.advance(40);
      camera.listener?.unit(picture(number, { key: number % 25 === 0, arrival: clock.now() }));
      number++;
    }
  };
  return { clock, camera, fanout, stream, play };
}

const refuse = (listener: SourceListener) =>
  queueMicrotask(() => listener.ended(new SourceError('CONNECTION_REFUSED')));
const accept = (listener: SourceListener) => listener.tracks([videoTrack]);

describe('Stream, always', () => {
  it('is live with the first picture and says when the last came', async () => {
    const { clock, camera, fanout, play, stream } = setUp('always');
    camera.answer = accept;
    await clock.advance(1);
    expect(fanout.currentStatus.state).toBe('connecting');
    await play(400);
    expect(fanout.currentStatus).toMatchObject({ state: 'live', reason: null });
    expect(stream.lastPictureAt).toBe(clock.now());
  });

  it('tries again after 1, 2, 4 s, then every 30 s, and stays offline meanwhile', async () => {
    const { clock, camera, fanout } = setUp('always');
    camera.answer = refuse;
    await clock.advance(1);
    const { since } = fanout.currentStatus;
    expect(fanout.currentStatus).toMatchObject({ state: 'offline', reason: 'CONNECTION_REFUSED' });
    expect(fanout.currentStatus.next_attempt_at).toBe(clock.now() - 1 + 1000);
    await clock.advance(70_000);
    expect(camera.attempts).toEqual([0, 1000, 3000, 7000, 37_000, 67_000]);
    expect(fanout.currentStatus).toMatchObject({ state: 'offline', since });
  });

  it('starts over with 1 s once it was live for a while, but not after a single picture', async () => {
    const { clock, camera, play, fanout } = setUp('always');
    camera.answer = refuse;
    await clock.advance(8000);
    camera.answer = accept;
    await clock.advance(30_000);
    await play(200);
    camera.listener?.ended(new SourceError('STREAM_ENDED'));
    expect(fanout.currentStatus.next_attempt_at).toBe(clock.now() + 30_000);
    await clock.advance(30_000);
    await play(12_000);
    camera.listener?.ended(new SourceError('STREAM_ENDED'));
    expect(fanout.currentStatus.next_attempt_at).toBe(clock.now() + 1000);
  });

  it('is frozen after 2 s without a picture, live with the next, and reconnects after 10 s', async () => {
    const { clock, camera, fanout, play } = setUp('always');
    camera.answer = accept;
    await play(2000);
    const last = fanout.gop.pictures;
    await clock.advance(2600);
    expect(fanout.currentStatus).toMatchObject({ state: 'frozen', reason: 'NO_PICTURE' });
    expect(fanout.currentStatus.last_picture_at).toBe(clock.now() - 2600);
    expect(fanout.gop.pictures).toBe(last);
    await play(400);
    expect(fanout.currentStatus.state).toBe('live');
    await clock.advance(10_600);
    expect(fanout.currentStatus).toMatchObject({ state: 'offline', reason: 'NO_PICTURE' });
    expect(camera.closed).toBe(1);
    expect(fanout.gop.pictures).toBe(0);
    await clock.advance(1500);
    expect(camera.attempts.length).toBe(2);
    await play(400);
    expect(fanout.currentStatus.state).toBe('live');
  });

  it('gives up a camera that connects and never sends', async () => {
    const { clock, camera, fanout } = setUp('always');
    camera.answer = accept;
    await clock.advance(10_500);
    expect(fanout.currentStatus).toMatchObject({ state: 'offline', reason: 'NO_PICTURE' });
  });

  it.each([
    ['AUTH_FAILED', 'unauthorized'],
    ['CODEC_UNSUPPORTED', 'unsupported'],
    ['NO_VIDEO', 'unsupported'],
  ] as const)('%s is %s, tried again only after 30 s', async (reason, state) => {
    const { clock, camera, fanout } = setUp('always');
    camera.answer = (listener) => listener.ended(new SourceError(reason, 'H.265'));
    await clock.advance(29_000);
    expect(fanout.currentStatus).toMatchObject({ state, reason, detail: 'H.265' });
    expect(camera.attempts).toEqual([0]);
    await clock.advance(1500);
    expect(camera.attempts.length).toBe(2);
  });

  it('hears nothing from a source it has closed', async () => {
    const { clock, camera, fanout, stream } = setUp('always');
    camera.answer = accept;
    await clock.advance(1);
    stream.close();
    stream.close();
    camera.listener?.unit(picture(0, { key: true }));
    camera.listener?.ended(new SourceError('STREAM_ENDED'));
    expect(fanout.gop.pictures).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

describe('Stream, on demand', () => {
  it('opens with the first sink and closes 10 s after the last', async () => {
    const { clock, camera, fanout, play } = setUp('on-demand');
    camera.answer = accept;
    await clock.advance(10_000);
    expect(camera.attempts).toEqual([]);
    expect(fanout.currentStatus.state).toBe('idle');
    const sink = new MemorySink();
    const subscription = fanout.attach(sink);
    expect(camera.attempts.length).toBe(1);
    await play(1000);
    expect(sink.state).toBe('live');
    subscription.close();
    await play(9000);
    expect(camera.closed).toBe(0);
    await play(2000);
    expect(camera.closed).toBe(1);
    expect(fanout.currentStatus.state).toBe('idle');
  });

  it('stays open when another sink comes within the 10 s', async () => {
    const { camera, fanout, play } = setUp('on-demand');
    camera.answer = accept;
    fanout.attach(new MemorySink()).close();
    await play(5000);
    const subscription = fanout.attach(new MemorySink());
    await play(20_000);
    expect(camera.attempts.length).toBe(1);
    expect(camera.closed).toBe(0);
    subscription.close();
  });

  it('probes about every 60 s while idle, and tells what it finds', async () => {
    const { clock, camera, fanout, stream } = setUp('on-demand');
    camera.probeError = new SourceError('TIMEOUT');
    await clock.advance(5000);
    expect(fanout.currentStatus).toMatchObject({ state: 'offline', reason: 'TIMEOUT' });
    expect(stream.announced).toBeNull();
    expect(fanout.currentStatus.next_attempt_at).toBeGreaterThan(clock.now());
    camera.probeError = null;
    await clock.advance(60_000);
    expect(fanout.currentStatus).toMatchObject({ state: 'idle', reason: null });
    expect(stream.announced).toBe(videoTrack);
    const before = camera.probes;
    await clock.advance(600_000);
    expect(camera.probes - before).toBe(10);
    expect(camera.attempts).toEqual([]);
  });

  it('asks one that is away again after 1, 2 and 4 s, then every 30 s; one that refuses us every 60 s', async () => {
    const { clock, camera, fanout } = setUp('on-demand');
    camera.probeError = new SourceError('TIMEOUT');
    await clock.advance(4_000);
    expect(camera.probes).toBe(2);
    await clock.advance(9_000);
    expect(camera.probes).toBe(4);
    await clock.advance(120_000);
    expect(camera.probes).toBe(8);
    camera.probeError = new SourceError('AUTH_FAILED');
    await clock.advance(31_000);
    expect(fanout.currentStatus.state).toBe('unauthorized');
    const before = camera.probes;
    await clock.advance(120_000);
    expect(camera.probes - before).toBe(2);
  });

  it('does not probe while it is open', async () => {
    const { clock, camera, fanout, play } = setUp('on-demand');
    await clock.advance(5000);
    camera.answer = accept;
    fanout.attach(new MemorySink());
    const before = camera.probes;
    await play(130_000);
    expect(camera.probes).toBe(before);
  });

  it('opens at once for a viewer, whatever the last probe said', async () => {
    const { clock, camera, fanout } = setUp('on-demand');
    camera.probeError = new SourceError('TIMEOUT');
    await clock.advance(5000);
    fanout.attach(new MemorySink());
    expect(camera.attempts.length).toBe(1);
  });

  it('stops trying when the viewer has gone, and stays offline until a probe says otherwise', async () => {
    const { clock, camera, fanout } = setUp('on-demand');
    camera.answer = refuse;
    const subscription = fanout.attach(new MemorySink());
    await clock.advance(2000);
    subscription.close();
    camera.probeError = new SourceError('CONNECTION_REFUSED');
    await clock.advance(15_000);
    const attempts = camera.attempts.length;
    await clock.advance(60_000);
    expect(camera.attempts.length).toBe(attempts);
    expect(fanout.currentStatus.state).toBe('offline');
    camera.probeError = null;
    await clock.advance(61_000);
    expect(fanout.currentStatus.state).toBe('idle');
  });
});
