// Runs in the page: what the tests do there, kept out of the test files because it is not typed.

/** Frame number drawn in the picture as boxes along its upper edge. */
function frameNumber(video, canvas, context) {
  const box = Math.floor(video.videoWidth / 16);
  canvas.width = box * 8;
  canvas.height = box;
  context.drawImage(video, 0, 0, box * 8, box, 0, 0, box * 8, box);
  let number = 0;
  for (let bit = 0; bit < 8; bit++) {
    const at = Math.floor(box * (bit + 0.5));
    if (context.getImageData(at, Math.floor(box / 2), 1, 1).data[0] > 128) number |= 1 << bit;
  }
  return number;
}

/** Watches a video element: first picture, and every picture with the time it was shown. */
function watch(video, started) {
  const seen = { first: null, pictures: [] };
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const each = (_now, metadata) => {
    if (seen.first === null) seen.first = performance.now() - started;
    if (seen.pictures.length < 2000) {
      seen.pictures.push({
        at: performance.timeOrigin + performance.now(),
        number: window.readsBarcode === false ? null : frameNumber(video, canvas, context),
        rtp: metadata.rtpTimestamp ?? null,
        capture: metadata.captureTime ? performance.timeOrigin + metadata.captureTime : null,
        width: metadata.width,
      });
    }
    video.requestVideoFrameCallback(each);
  };
  video.requestVideoFrameCallback(each);
  return seen;
}

function element() {
  const video = document.createElement('video');
  video.muted = true;
  video.autoplay = true;
  video.playsInline = true;
  document.body.append(video);
  return video;
}

/** Servers named by the `Link` headers that OPTIONS answers (RFC 9725 4.6). */
async function iceServers(url, token) {
  const told = await fetch(url, { method: 'OPTIONS', headers: { authorization: `Bearer ${token}` } });
  const link = told.headers.get('link') ?? '';
  const servers = link.matchAll(/<([^>]+)>; rel="ice-server"(?:; username="([^"]+)"; credential="([^"]+)")?/g);
  return [...servers].map(([, urls, username, credential]) => ({ urls, username, credential }));
}

async function whep(url, token, withAudio) {
  const started = performance.now();
  const pc = new RTCPeerConnection({ iceServers: await iceServers(url, token) });
  const video = element();
  const seen = watch(video, started);
  window.pc = pc;
  pc.ontrack = (event) => {
    if (event.track.kind === 'video') video.srcObject = new MediaStream([event.track]);
  };
  if (withAudio) pc.addTransceiver('audio', { direction: 'recvonly' });
  pc.addTransceiver('video', { direction: 'recvonly' });
  await pc.setLocalDescription();
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/sdp', authorization: `Bearer ${token}` },
    body: pc.localDescription.sdp,
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  window.location_ = answer.headers.get('location');
  window.etag = answer.headers.get('etag');
  const sdp = await answer.text();
  window.answerSdp = sdp;
  await pc.setRemoteDescription({ type: 'answer', sdp });
  return seen;
}

/** Publishes the camera and microphone of this browser (which are made up) by WHIP. */
async function whip(url, token) {
  const media = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 }, audio: true });
  const pc = new RTCPeerConnection();
  window.publisher = pc;
  for (const track of media.getTracks()) pc.addTransceiver(track, { direction: 'sendonly' });
  await pc.setLocalDescription();
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/sdp', authorization: `Bearer ${token}` },
    body: pc.localDescription.sdp,
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  const session = new URL(answer.headers.get('location'), url).href;
  await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
  return { session, etag: answer.headers.get('etag') };
}

/** What this browser sends: its codec, and how often it was asked for packets and key pictures. */
async function outboundVideo() {
  const stats = await window.publisher.getStats();
  for (const entry of stats.values()) {
    if (entry.type !== 'outbound-rtp' || entry.kind !== 'video') continue;
    return { ...entry, codec: stats.get(entry.codecId) ?? null };
  }
  return null;
}

async function livekit(url, token, options = {}) {
  const started = performance.now();
  const room = new LivekitClient.Room(options);
  window.room = room;
  window.events = [];
  const tiles = {};
  const note = (name) =>
    room.on(name, (...args) =>
      window.events.push({
        name,
        at: performance.now() - started,
        about: String(args[0]?.identity ?? args[0]?.sid ?? args[0] ?? ''),
      }),
    );
  for (const name of [
    'connected',
    'reconnecting',
    'signalReconnecting',
    'reconnected',
    'disconnected',
    'trackSubscribed',
    'trackUnsubscribed',
    'trackMuted',
    'trackUnmuted',
    'participantAttributesChanged',
    'participantConnected',
    'participantDisconnected',
    'dataReceived',
    'roomMetadataChanged',
    'trackSubscriptionFailed',
  ])
    note(name);
  window.heard = [];
  room.on('dataReceived', (payload, participant, kind, topic) => {
    window.heard.push({ text: new TextDecoder().decode(payload), kind, topic, from: participant?.identity ?? null });
  });
  room.on('trackSubscribed', (track, _publication, participant) => {
    if (track.kind !== 'video') return;
    const video = track.attach();
    video.muted = true;
    video.className = window.tileClass ?? '';
    document.body.append(video);
    tiles[participant.identity] = { video, track, participant, seen: watch(video, started) };
  });
  window.tiles = tiles;
  await room.connect(url, token);
  return { connected: performance.now() - started };
}

function summary() {
  return Object.fromEntries(
    Object.entries(window.tiles ?? {}).map(([name, tile]) => [
      name,
      {
        first: tile.seen.first,
        count: tile.seen.pictures.length,
        width: tile.seen.pictures.at(-1)?.width ?? null,
        attributes: { ...tile.participant.attributes },
        muted: tile.track.isMuted,
      },
    ]),
  );
}

/** Packets of sound that came from the room's participants so far. */
async function soundHeard() {
  let audio = 0;
  for (const participant of window.room.remoteParticipants.values()) {
    for (const publication of participant.audioTrackPublications.values()) {
      const stats = (await publication.track?.receiver?.getStats()) ?? new Map();
      for (const entry of stats.values()) if (entry.type === 'inbound-rtp') audio += entry.packetsReceived;
    }
  }
  return { audio };
}

/** Changes the style of all tiles. */
function styleTiles(change) {
  for (const video of document.querySelectorAll('video')) Object.assign(video.style, change);
}

/** Ends of the path a connection chose: WHEP's, or that on which a room receives. */
async function chosenPath() {
  const report = await (window.pc ?? window.room.engine.pcManager.subscriber).getStats();
  for (const entry of report.values()) {
    if (entry.type !== 'transport' || !entry.selectedCandidatePairId) continue;
    const pair = report.get(entry.selectedCandidatePairId);
    return { local: { ...report.get(pair.localCandidateId) }, remote: { ...report.get(pair.remoteCandidateId) } };
  }
  return null;
}

/** Statistics of the video WHEP plays. */
async function inboundVideo() {
  for (const entry of (await window.pc.getStats()).values()) {
    if (entry.type === 'inbound-rtp' && entry.kind === 'video') return { ...entry };
  }
  return null;
}

Object.assign(window, {
  soundHeard,
  whip,
  outboundVideo,
  whep,
  livekit,
  chosenPath,
  summary,
  styleTiles,
  inboundVideo,
});
