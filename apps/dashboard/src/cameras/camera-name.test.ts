// @vitest-environment node
import type { Camera } from '@marsad/contract';
import { describe, expect, it } from 'vitest';
import { findCameras } from './camera-name.ts';
import { panelRows } from './panel/panel-rows.ts';

const camera = (id: string, name: string, name_ar: string, source = 'METRO', status = 'ONLINE') =>
  ({ id, name, name_ar, source, status, location: null }) as Camera;

const cameras = [
  camera('1', 'Union station 10', 'محطة الاتحاد ١٠'),
  camera('2', 'Union station 2', 'محطة الإتحاد 2', 'METRO', 'OFFLINE'),
  camera('3', 'Bus 27', 'الحافلة 27', 'BUS'),
];

describe('finding cameras', () => {
  it('takes either language and every spelling of an Arabic letter', () => {
    expect(findCameras(cameras, 'UNION 2').map(({ id }) => id)).toEqual(['2']);
    expect(findCameras(cameras, 'الاتحاد').map(({ id }) => id)).toEqual(['1', '2']);
    expect(findCameras(cameras, 'حافله').map(({ id }) => id)).toEqual(['3']);
    expect(findCameras(cameras, '  ')).toHaveLength(3);
  });
});

describe('the list by agency', () => {
  const agencies = [
    { code: 'BUS' as const, name: 'Bus', name_ar: 'الحافلات' },
    { code: 'METRO' as const, name: 'Metro', name_ar: 'المترو' },
  ];
  const { compare } = new Intl.Collator('en', { numeric: true });

  it('counts who is online and sorts numbers as numbers', () => {
    const rows = panelRows(cameras, agencies, new Set(), ({ name }) => name, compare);
    expect(
      rows.map((row) => (row.kind === 'agency' ? `${row.code} ${row.online}/${row.total}` : row.camera.id)),
    ).toEqual(['BUS 1/1', '3', 'METRO 1/2', '2', '1']);
  });

  it('leaves out the cameras of a closed agency and agencies without any', () => {
    const rows = panelRows(cameras.slice(0, 2), agencies, new Set(['METRO']), ({ name }) => name, compare);
    expect(rows).toHaveLength(1);
  });
});
