import { setTimeout as wait } from 'node:timers/promises';
import { launchChromium } from '@marsad/e2e/fixtures/chromium';
import type { Watched } from '../../page/watched.ts';
import type { Bench } from '../bench.ts';
import { startCameraInService } from '../fixtures/camera-in-service.ts';
import { bundlePageScript, openBenchPage, watchInPage } from '../measure/browser.ts';
import { delays } from '../measure/delays.ts';
import { percentile } from '../measure/percentile.ts';

/** A picture counts as live when it is shown less than this after the camera sent it, in milliseconds. */
const LIVE_MS = 200;

/** From the click to the first picture shown that was live, and stayed so for the next five. */
function liveAfter(watched: Watched, sent: ReadonlyMap<number, number>): number {
  const shown = delays(watched.frames, sent);
  const first = shown.findIndex((_, index) => {
    const run = shown.slice(index, index + 6);
    return run.length === 6 && run.every((frame) => frame.delay < LIVE_MS);
  });
  return (shown[first]?.shownAt ?? Number.NaN) - watched.clickedAt;
}

/** How long an operator waits: from the click, with sign-in done, to the first decoded picture in Chromium. */
export const firstFrame: Bench = {
  name: 'first-frame',
  summary: 'from the click to the first decoded picture, and to live, in Chromium',
  options: {
    client: '`whep` or `livekit`, default whep',
    cold: 'an on-demand camera that nobody watches (reported, no target)',
  },
  async run({ runs, options }, say) {
    const client = options.client === 'livekit' ? 'livekit' : 'whep';
    const cold = options.cold === true;
    const service = await startCameraInService(!cold);
    const browser = await launchChromium();
    try {
      const page = await openBenchPage(browser, service.marsad.url, await bundlePageScript('watch'));
      const accessToken = await service.marsad.accessToken();
      const request = { client, camera: service.camera, accessToken, watchMs: 1500 } as const;
      await watchInPage(page, request); // the first one also loads decoders; an operator's page has done so
      const watched: Watched[] = [];
      for (let run = 0; run < runs; run++) {
        // Cold: the stream closes ten seconds after its last viewer. Warm: a random moment of the GOP.
        await wait(cold ? 12_000 : 200 + Math.random() * 2000);
        watched.push(await watchInPage(page, request));
      }
      const sent = await service.framesSent();
      const first = watched.map((one) => one.firstPictureAt - one.clickedAt);
      const live = watched.map((one) => liveAfter(one, sent));
      say(
        `first picture after ${first.map(Math.round).join(', ')} ms; live after ${live.map(Math.round).join(', ')} ms`,
      );
      // A run that never became live must not vanish from the percentile.
      const liveP95 = percentile(
        live.map((ms) => (Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms)),
        95,
      );
      const [p50, p95] = [percentile(first, 50), percentile(first, 95)];
      const target = client === 'whep' ? { p50: '', p95: '≤ 250' } : { p50: '≤ 300', p95: '≤ 500' };
      return {
        figures: [
          { name: 'client', value: cold ? `${client}, cold` : client },
          { name: 'runs', value: runs },
          { name: 'first picture p50', value: p50, unit: 'ms', target: cold ? '' : target.p50 },
          { name: 'first picture p95', value: p95, unit: 'ms', target: cold ? '' : target.p95 },
          { name: 'live p95', value: liveP95, unit: 'ms', target: cold ? '' : '≤ 800' },
        ],
        json: {
          client,
          cold,
          runs,
          p50_ms: Math.round(p50),
          p95_ms: Math.round(p95),
          live_p95_ms: Number.isFinite(liveP95) ? Math.round(liveP95) : null,
        },
      };
    } finally {
      await browser.close();
      await service.close();
    }
  },
};
