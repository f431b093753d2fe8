import { type Camera, CameraInput, CameraPatch } from '@marsad/contract';

/** What the form holds: text as typed; of a box that is ticked, `on`. */
export type Draft = Record<DraftField, string>;
export const draftFields = [
  'name',
  'name_ar',
  'source',
  'ingest',
  'rtsp_url',
  'sub_rtsp_url',
  'mode',
  'transport',
  'ptz_enabled',
  'ptz_url',
  'path',
  'address',
  'latitude',
  'longitude',
] as const;
export type DraftField = (typeof draftFields)[number];
type Problem = 'required' | 'too-long' | 'rtsp' | 'http' | 'path' | 'coordinate' | 'invalid';
export type Problems = Partial<Record<DraftField, Problem>>;

export function draftOf(camera: Camera | null, source: string): Draft {
  return {
    name: camera?.name ?? '',
    name_ar: camera?.name_ar ?? '',
    source: camera?.source ?? source,
    ingest: camera?.ingest ?? 'pull',
    rtsp_url: camera?.rtsp_url ?? '',
    sub_rtsp_url: camera?.sub_rtsp_url ?? '',
    mode: camera?.mode ?? 'on-demand',
    transport: camera?.transport ?? 'auto',
    ptz_enabled: camera?.ptz_enabled ? 'on' : '',
    ptz_url: camera?.ptz_url ?? '',
    path: camera?.path ?? '',
    address: camera?.location?.address ?? '',
    latitude: camera?.location ? String(camera.location.latitude) : '',
    longitude: camera?.location ? String(camera.location.longitude) : '',
  };
}

/** Arabic-Indic digits and the Arabic decimal sign count as what they mean. */
function numberOf(text: string): number {
  const western = text.replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660)).replace('٫', '.');
  return western.trim() === '' ? Number.NaN : Number(western);
}

/** A camera that publishes has none; what was typed before that was chosen is not sent. */
function addressesOf(draft: Draft): Record<string, unknown> {
  if (draft.ingest === 'push') return {};
  return { rtsp_url: draft.rtsp_url, sub_rtsp_url: draft.sub_rtsp_url.trim() === '' ? null : draft.sub_rtsp_url };
}

/** While it is switched off, the address that is kept is not touched. */
function movingOf(draft: Draft): Record<string, unknown> {
  if (draft.ptz_enabled === '') return { ptz_enabled: false };
  return { ptz_enabled: true, ptz_url: draft.ptz_url.trim() === '' ? null : draft.ptz_url };
}

function wireOf(draft: Draft): Record<string, unknown> {
  const placed = draft.latitude.trim() !== '' || draft.longitude.trim() !== '';
  return {
    name: draft.name,
    name_ar: draft.name_ar.trim() === '' ? draft.name : draft.name_ar,
    source: draft.source,
    ingest: draft.ingest,
    ...addressesOf(draft),
    path: draft.path.trim() === '' ? null : draft.path.trim(),
    mode: draft.mode,
    transport: draft.transport,
    ...movingOf(draft),
    location: placed
      ? { latitude: numberOf(draft.latitude), longitude: numberOf(draft.longitude), address: draft.address }
      : null,
  };
}

type Issues = readonly { path: PropertyKey[]; code: string }[];

function problemsOf(draft: Draft, issues: Issues): Problems {
  const problems: Problems = {};
  for (const { path, code } of issues) {
    const field = draftFields.find((known) => known === path.at(-1));
    if (!field) continue;
    const text = draft[field].trim();
    // Stood in for by the English name, which has the problem then.
    if (field === 'name_ar' && text === '') continue;
    if (text === '' && field !== 'latitude' && field !== 'longitude') problems[field] = 'required';
    else if (code === 'too_big' && field !== 'latitude' && field !== 'longitude') problems[field] = 'too-long';
    else if (field === 'rtsp_url' || field === 'sub_rtsp_url') problems[field] = 'rtsp';
    else if (field === 'ptz_url') problems[field] = 'http';
    else if (field === 'path') problems[field] = 'path';
    else if (field === 'latitude' || field === 'longitude') problems[field] = 'coordinate';
    else problems[field] = 'invalid';
  }
  return problems;
}

type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: Problems };

/** A camera that publishes has no address of its own for its head to be found at. */
function missing(draft: Draft): Problems {
  const lost = draft.ingest === 'push' && draft.ptz_enabled !== '' && draft.ptz_url.trim() === '';
  return lost ? { ptz_url: 'required' } : {};
}

type Parsed<T> = { success: true; data: T } | { success: false; error: { issues: Issues } };

function checked<T>(draft: Draft, result: Parsed<T>): Checked<T> {
  const problems = { ...missing(draft), ...(result.success ? {} : problemsOf(draft, result.error.issues)) };
  return result.success && Object.keys(problems).length === 0
    ? { ok: true, value: result.data }
    : { ok: false, problems };
}

export function checkNew(draft: Draft): Checked<CameraInput> {
  return checked(draft, CameraInput.safeParse(wireOf(draft)));
}

/** Only what differs from before is sent: two administrators may edit the same camera. */
export function checkChange(draft: Draft, before: Draft): Checked<CameraPatch> {
  const now = wireOf(draft);
  const then = wireOf(before);
  const changed = Object.entries(now).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(then[key]));
  return checked(draft, CameraPatch.safeParse(Object.fromEntries(changed)));
}
