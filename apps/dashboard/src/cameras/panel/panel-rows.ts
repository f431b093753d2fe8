import type { Agency, Camera } from '@marsad/contract';

export type PanelRow =
  | {
      readonly kind: 'agency';
      readonly code: string;
      readonly total: number;
      readonly online: number;
      readonly open: boolean;
    }
  | { readonly kind: 'camera'; readonly camera: Camera; readonly place: number; readonly of: number };

/** The tree as the flat list a virtual scroller wants: each agency, and below it its cameras unless it is closed. */
export function panelRows(
  cameras: readonly Camera[],
  agencies: readonly Agency[],
  closed: ReadonlySet<string>,
  nameOf: (camera: Camera) => string,
  compare: (a: string, b: string) => number,
): PanelRow[] {
  const groups = new Map<string, Camera[]>(agencies.map(({ code }) => [code, []]));
  for (const camera of cameras) {
    const group = groups.get(camera.source);
    if (group) group.push(camera);
    else groups.set(camera.source, [camera]);
  }
  const rows: PanelRow[] = [];
  for (const [code, members] of groups) {
    if (members.length === 0) continue;
    const open = !closed.has(code);
    const online = members.filter((camera) => camera.status === 'ONLINE').length;
    rows.push({ kind: 'agency', code, total: members.length, online, open });
    if (!open) continue;
    members.sort((a, b) => compare(nameOf(a), nameOf(b)));
    members.forEach((camera, i) => {
      rows.push({ kind: 'camera', camera, place: i + 1, of: members.length });
    });
  }
  return rows;
}
