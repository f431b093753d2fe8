import type { WallShown } from './watched.ts';

/** Tiles whose video has shown a picture, and the pictures that all of them have shown so far. */
function shown(): WallShown {
  const videos = [...document.querySelectorAll('video')];
  const counts = videos.map((video) => {
    const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality();
    return totalVideoFrames - droppedVideoFrames;
  });
  return {
    tiles: videos.filter((video, index) => video.videoWidth > 0 && (counts[index] ?? 0) > 0).length,
    pictures: counts.reduce((sum, count) => sum + count, 0),
  };
}

let longTasks = 0;

/** Counts tasks that hold up the page for longer than `boundMs`, from this call on. */
function observeLongTasks(boundMs: number): void {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.duration > boundMs) longTasks++;
  }).observe({ type: 'longtask' });
}

Object.assign(globalThis, { benchWall: { shown, observeLongTasks, longTasks: () => longTasks } });
