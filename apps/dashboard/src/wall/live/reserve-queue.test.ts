import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Feed } from './feed.ts';
import { ReserveQueue } from './reserve-queue.ts';

const feed = (closed = false) => ({ asking: () => {}, closed }) as unknown as Feed;

/** Reservations that are answered when the test says so. */
function pending() {
  const answers: (() => void)[] = [];
  const reserve = () => new Promise<void>((resolve) => answers.push(resolve));
  const answerAll = async () => {
    for (const answer of answers.splice(0)) answer();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { reserve, answers, answerAll };
}

async function isSettled(settled: Promise<void>): Promise<boolean> {
  let done = false;
  void settled.then(() => {
    done = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  return done;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the queue of reservations', () => {
  it('asks for a dozen at a time, each once', async () => {
    const { reserve, answers, answerAll } = pending();
    const queue = new ReserveQueue(reserve);
    const feeds = Array.from({ length: 14 }, () => feed());
    for (const each of [...feeds, ...feeds.slice(12)]) queue.add(each);
    expect(answers.length).toBe(12);
    await answerAll();
    expect(answers.length).toBe(2);
  });

  it('is settled when the last one was answered', async () => {
    const { reserve, answerAll } = pending();
    const queue = new ReserveQueue(reserve);
    expect(await isSettled(queue.settled(3000))).toBe(true);
    for (let i = 0; i < 14; i += 1) queue.add(feed());
    const settled = queue.settled(3000);
    await answerAll();
    expect(await isSettled(settled)).toBe(false);
    await answerAll();
    expect(await isSettled(settled)).toBe(true);
  });

  it('keeps nobody waiting for an answer that does not come', async () => {
    const { reserve } = pending();
    const queue = new ReserveQueue(reserve);
    queue.add(feed());
    const settled = queue.settled(3000);
    await vi.advanceTimersByTimeAsync(2900);
    expect(await isSettled(settled)).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(await isSettled(settled)).toBe(true);
  });

  it('asks nobody while the server wants a pause', async () => {
    const { reserve, answers } = pending();
    const queue = new ReserveQueue(reserve);
    queue.pause(1000);
    queue.add(feed());
    expect(answers.length).toBe(0);
    await vi.advanceTimersByTimeAsync(1100);
    expect(answers.length).toBe(1);
  });
});
