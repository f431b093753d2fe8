import { z } from 'zod';
import { ReceivingPeer } from './receiving-peer.ts';

const Answer = z.looseObject({
  janus: z.string(),
  data: z.looseObject({ id: z.number() }).optional(),
  jsep: z.object({ type: z.string(), sdp: z.string() }).optional(),
});

async function ask(url: string, body: Record<string, unknown>): Promise<z.infer<typeof Answer>> {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ ...body, transaction: crypto.randomUUID() }),
  });
  return Answer.parse(await response.json());
}

/** Janus answers some moments after it was started; five seconds are plenty. */
async function createSession(url: string): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const answer = await ask(url, { janus: 'create' }).catch(() => null);
    if (answer?.data) return answer.data.id;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('Janus did not answer within 5 s; is it installed? (apt-get install janus)');
}

/** Waits at the session's long poll for the event that carries a session description. */
async function nextDescription(session: string): Promise<string> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const answer = Answer.parse(await (await fetch(`${session}?maxev=1`)).json());
    if (answer.jsep) return answer.jsep.sdp;
  }
  throw new Error('Janus sent no offer');
}

/** Connects a counting viewer to a mountpoint of Janus's streaming plug-in over its HTTP API. */
export async function viewByJanus(name: string, url: string, mountpoint: number): Promise<ReceivingPeer> {
  const sessionUrl = `${url}/${await createSession(url)}`;
  const { data: handle } = await ask(sessionUrl, { janus: 'attach', plugin: 'janus.plugin.streaming' });
  const handleUrl = `${sessionUrl}/${handle?.id}`;
  await ask(handleUrl, { janus: 'message', body: { request: 'watch', id: mountpoint } });
  const peer = new ReceivingPeer(name);
  const answer = await peer.answer(await nextDescription(sessionUrl));
  await ask(handleUrl, { janus: 'message', body: { request: 'start' }, jsep: { type: 'answer', sdp: answer } });
  return peer;
}
