import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Source, sources } from './agencies.ts';
import { allows, isAdmin, parsePermission, permissionActions, sourcesWith } from './permissions.ts';

const actions = permissionActions.camera;
const anySource = fc.constantFrom(...sources);
const anyAction = fc.constantFrom(...actions);
const place = <T extends string>(values: fc.Arbitrary<T>) => fc.oneof(values, fc.constant('*' as const));
const rule = fc
  .tuple(fc.boolean(), place(fc.constantFrom('camera', 'clip')), place(anySource), place(anyAction))
  .map(([deny, resource, source, action]) => `${deny ? '!' : ''}${resource}:${source}:${action}`);
const rules = fc.array(rule, { maxLength: 12 });

describe('parsePermission', () => {
  it.each([
    ['camera:METRO:view', { deny: false, resource: 'camera', source: 'METRO', action: 'view' }],
    ['!camera:*:ptz', { deny: true, resource: 'camera', source: '*', action: 'ptz' }],
    ['camera:*', { deny: false, resource: 'camera', source: '*', action: '*' }],
    ['admin:*', { deny: false, resource: 'admin', source: '*', action: '*' }],
    ['*', { deny: false, resource: '*', source: '*', action: '*' }],
  ])('reads %s', (text, expected) => expect(parsePermission(text)).toEqual(expected));

  it.each([
    '',
    ':',
    'camera',
    'camera:METRO',
    'camera:METRO:view:more',
    'camera::view',
    '!!camera:*:view',
    'camera:ME TRO:view',
    'camera:*:vi*w',
  ])('does not read %j', (text) => expect(parsePermission(text)).toBeNull());
});

describe('allows', () => {
  it('gives nothing without a rule', () => expect(allows([], 'camera', 'METRO', 'view')).toBe(false));

  it('lets an administrator do everything, except what is denied by name', () => {
    const permissions = ['admin:*', '!camera:BUS:ptz'];
    expect(allows(permissions, 'camera', 'METRO', 'ptz')).toBe(true);
    expect(allows(permissions, 'camera', 'BUS', 'ptz')).toBe(false);
    expect(isAdmin(permissions)).toBe(true);
    expect(isAdmin(['admin:*', '!admin:*'])).toBe(false);
    expect(isAdmin(['*'])).toBe(false);
  });

  it('denies what a denial that cannot be read may have meant', () => {
    expect(allows(['camera:*:*', '!camera:'], 'camera', 'METRO', 'view')).toBe(false);
    expect(allows(['camera:*:*', 'nonsense::'], 'camera', 'METRO', 'view')).toBe(true);
  });

  it('is the plain reading of the rules: some rule allows, and none denies', () => {
    const matches = (text: string, source: Source, action: string) => {
      const [resource, ruleSource, ruleAction] = text.replace('!', '').split(':');
      return (
        (resource === '*' || resource === 'camera') &&
        (ruleSource === '*' || ruleSource === source) &&
        (ruleAction === '*' || ruleAction === action)
      );
    };
    fc.assert(
      fc.property(rules, anySource, anyAction, (held, source, action) => {
        const hits = held.filter((text) => matches(text, source, action));
        const expected = hits.some((text) => !text.startsWith('!')) && !hits.some((text) => text.startsWith('!'));
        expect(allows(held, 'camera', source, action)).toBe(expected);
      }),
    );
  });

  it('never gains from a denial and never loses from an allowance, in whatever order', () => {
    fc.assert(
      fc.property(rules, rule, anySource, anyAction, fc.nat(), (held, extra, source, action, at) => {
        const before = allows(held, 'camera', source, action);
        const after = allows(held.toSpliced(at % (held.length + 1), 0, extra), 'camera', source, action);
        if (extra.startsWith('!')) expect(after && !before).toBe(false);
        else expect(before && !after).toBe(false);
        expect(allows(held.toReversed(), 'camera', source, action)).toBe(before);
      }),
    );
  });

  it('answers sets as it answers one by one', () => {
    fc.assert(
      fc.property(rules, anyAction, fc.subarray([...sources]), (held, action, among) => {
        expect(sourcesWith(held, 'camera', action, among)).toEqual(
          among.filter((source) => allows(held, 'camera', source, action)),
        );
      }),
    );
  });
});
