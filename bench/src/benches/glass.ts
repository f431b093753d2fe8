import { launchChromium } from '@marsad/e2e/fixtures/chromium';
import type { Bench } from '../bench.ts';
import { startCameraInService } from '../fixtures/camera-in-service.ts';
import { bundlePageScript, openBenchPage, watchInPage } from '../measure/browser.ts';
import { delays } from '../measure/delays.ts';
import { percentile } from '../measure/percentile.ts';

/** Pictures of the first seconds belong to joining, which `first-frame` measures. */
const SETTLE_MS = 3000;

/** From the moment the camera sends a picture to the moment Chromium shows it, read from the picture's barcode. */
export const glass: Bench = {
  name: 'glass',
  summary: 'delay from the camera to the screen, by the barcode in the picture',
  options: { client: '`whep` or `livekit`, default livekit' },
  async run({ seconds, options }) {
    const client = options.client === 'whep' ? 'whep' : 'livekit';
    const service = await startCameraInService(true);
    const browser = await launchChromium();
    try {
      const page = await openBenchPage(browser, service.marsad.url, await bundlePageScript('watch'));
      const accessToken = await service.marsad.accessToken();
      const watchMs = SETTLE_MS + seconds * 1000;
      const watched = await watchInPage(page, { client, camera: service.camera, accessToken, watchMs });
      const settled = watched.frames.filter((frame) => frame.shownAt > watched.firstPictureAt + SETTLE_MS);
      const measured = delays(settled, await service.framesSent()).map((frame) => frame.delay);
      const unread = settled.length - measured.length;
      const [p50, p95] = [percentile(measured, 50), percentile(measured, 95)];
      return {
        figures: [
          { name: 'client', value: client },
          { name: 'pictures measured', value: measured.length },
          { name: 'pictures whose barcode could not be read', value: unread },
          { name: 'delay p50', value: p50, unit: 'ms', target: '≤ 150' },
          { name: 'delay p95', value: p95, unit: 'ms', target: '≤ 250' },
          { name: 'pictures shown', value: settled.length / seconds, unit: '/s' },
        ],
        json: { client, pictures: measured.length, unread, p50_ms: Math.round(p50), p95_ms: Math.round(p95) },
      };
    } finally {
      await browser.close();
      await service.close();
    }
  },
};
