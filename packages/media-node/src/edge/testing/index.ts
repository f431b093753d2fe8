export { FileCameras } from './file-cameras.ts';
export { KEY, metadataOf, SECRET, testEdge } from './test-edge.ts';
export { testVideo } from './test-video.ts';
