import { type ChildProcess, spawn } from 'node:child_process';

/** ffmpeg pushing a small picture by RTSP, as any encoder would. It signs in by Digest when the address has a password. */
export function encode(url: string): ChildProcess {
  return spawn(
    'ffmpeg',
    [
      ...['-v', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '10', '-f', 'rtsp'],
      ...['-rtsp_transport', 'tcp', url],
    ],
    { stdio: 'ignore' },
  );
}
