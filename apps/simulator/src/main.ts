#!/usr/bin/env node
import { createWriteStream } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import pino from 'pino';
import { farmCameras } from './farm/camera-list.ts';
import { startFarm } from './farm/farm.ts';
import { SCENES } from './scenes/index.ts';

const number = (minimum: number, maximum: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new InvalidArgumentError(`a whole number from ${minimum} to ${maximum}`);
  }
  return value;
};

const program = new Command('simulator').description('The world that Marsad connects to, for demonstration and tests.');

const cameras = () => new Option('--cameras <count>', 'number of cameras').default(12).argParser(number(1, 5000));
const host = () => new Option('--host <address>', 'address to listen on').default('127.0.0.1');
const onvifPort = () =>
  new Option('--onvif-port <port>', 'HTTP port where every third camera is moved by ONVIF').argParser(
    number(0, 65_535),
  );
const port = () => new Option('--port <port>', 'RTSP port').default(18554).argParser(number(0, 65_535));

program
  .command('farm')
  .description('run a farm of RTSP cameras')
  .addOption(cameras())
  .addOption(host())
  .addOption(port())
  .addOption(onvifPort())
  .requiredOption('--cache <folder>', 'folder for the encoded loops')
  .addOption(new Option('--scene <name>', 'this scene for every camera').choices(Object.keys(SCENES)))
  .option('--user <name>', 'ask for this user')
  .option('--password <password>', 'and this password')
  .option('--digest', 'with Digest instead of Basic', false)
  .option('--control-port <port>', 'port of the control endpoint on 127.0.0.1', number(0, 65_535))
  .option('--log-frames <file>', 'append a line for each frame sent: time, camera, profile, frame number')
  .option('--log-frames-for <cameras>', 'cameras to log, separated by commas', (text) => text.split(','))
  .action(async (options) => {
    const log = pino({ name: 'farm' });
    const frames = options.logFrames ? createWriteStream(options.logFrames, { flags: 'a' }) : null;
    let told = -1;
    const farm = await startFarm({
      cameras: options.cameras,
      host: options.host,
      port: options.port,
      cache: options.cache,
      controlPort: options.controlPort ?? null,
      onvifPort: options.onvifPort ?? null,
      ...(options.scene === undefined ? {} : { scene: options.scene }),
      credentials:
        options.user === undefined
          ? null
          : { user: options.user, password: options.password ?? '', scheme: options.digest ? 'digest' : 'basic' },
      onEncoding: (share) => {
        const tenths = Math.floor(share * 10);
        if (tenths > told) log.info({ percent: tenths * 10 }, 'encoding');
        told = Math.max(told, tenths);
      },
      ...(frames
        ? {
            onFrameSent: (camera, profile, frame, epochMs) =>
              void frames.write(`${epochMs.toFixed(1)} ${camera} ${profile} ${frame}\n`),
            logFramesFor: options.logFramesFor ?? ['cam-0001'],
          }
        : {}),
    });
    const { port, onvifPort, controlPort } = farm;
    log.info({ port, onvifPort, controlPort, cameras: farm.cameras.length }, 'farm is running');
    let closing = false;
    const stop = () => {
      if (closing) return;
      closing = true;
      void farm.close().then(() => frames?.end());
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
  });

program
  .command('list')
  .description('print the cameras of such a farm as JSON')
  .addOption(cameras())
  .addOption(host())
  .addOption(port())
  .addOption(onvifPort())
  .action(({ cameras, host, port, onvifPort = null }) => {
    const list = farmCameras(cameras, { host, port, onvifPort });
    process.stdout.write(`${JSON.stringify(list, null, 2)}\n`);
  });

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
