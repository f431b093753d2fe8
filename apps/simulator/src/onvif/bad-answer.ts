import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { envelope } from './envelope.ts';

/** Answers with two thousand bytes of nothing. */
export function answerGarbage(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/soap+xml; charset=utf-8' }).end(randomBytes(2000));
}

const [opening = ''] = envelope('<tptz:GetPresetsResponse>@').split('@');
const piece = '<tptz:Preset token="1"><tt:Name>Preset</tt:Name></tptz:Preset>'.repeat(500);

/** Answers with an envelope that goes on as long as the client reads it. */
export function answerWithoutEnd(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/soap+xml; charset=utf-8' }).write(opening);
  const more = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', () => setImmediate(more));
  more();
}
