export { FileCameras } from './file-cameras.ts';
export { edgeTargets } from './fuzz-targets.ts';
export { KEY, metadataOf, SECRET, testEdge } from './test-edge.ts';
export { testVideo } from './test-video.ts';
