import { describe, expect, test } from '@jest/globals';
import { grantIn, partIn, untilIn } from './typed-terms.js';

const asked = {
  scope: [{ category: 'laboratory', resourceType: '*' }, { label: 'PSY' }],
  scopeSalt: 'A'.repeat(43),
};
const form = (...fields: readonly (readonly [string, string])[]): FormData => {
  const typed = new FormData();
  for (const [name, value] of fields) typed.append(name, value);
  return typed;
};
const RIGHTS = [
  ['permissions', 'read'],
  ['purposes', 'TREAT'],
] as const;

describe('a part of a request', () => {
  test('is what is still ticked of it', () => {
    const part = partIn(form(...RIGHTS, ['records', 'label:PSY'], ['scope', ''], ['until', '']), { asked });
    expect(part).toEqual({ permissions: ['read'], purposes: ['TREAT'], scope: [{ label: 'PSY' }] });
  });

  test('or the records that were typed, until the time of this place', () => {
    const typed = form(
      ...RIGHTS,
      ['scope', 'laboratory/Observation, code:2339-0'],
      ['until', '2027-01-01T00:00'],
    );
    expect(partIn(typed, { asked })).toEqual({
      ...{ permissions: ['read'], purposes: ['TREAT'] },
      scope: [
        { category: 'laboratory', resourceType: 'Observation' },
        { system: 'http://loinc.org', code: '2339-0' },
      ],
      until: new Date('2027-01-01T00:00').toISOString(),
    });
  });

  test('is without the single measured values where those are not ticked', () => {
    const detailed = { asked: undefined, detail: true } as const;
    expect(partIn(form(...RIGHTS), detailed)).toHaveProperty('detail', undefined);
    expect(partIn(form(...RIGHTS, ['detail', 'detail']), detailed)).not.toHaveProperty('detail');
    expect(grantIn(form(['authority', 'aut_lab'], ...RIGHTS))).not.toHaveProperty('detail');
    expect(grantIn(form(['authority', 'aut_lab'], ...RIGHTS, ['detail', 'detail']))).toHaveProperty(
      'detail',
      true,
    );
  });

  test('is never everything where nothing is left ticked: no scope stands for all records', () => {
    expect(() => partIn(form(...RIGHTS), { asked })).toThrow('Nothing is chosen of the records');
    expect(() => partIn(form(['records', 'label:PSY']), { asked })).toThrow(
      'Nothing is chosen of permissions',
    );
    expect(partIn(form(...RIGHTS), { asked: undefined })).not.toHaveProperty('scope');
  });
});

test('what is none of the words of a form is not taken', () => {
  expect(() => grantIn(form(['permissions', 'own'], ['purposes', 'TREAT']))).toThrow('Nothing is chosen');
  expect(() => grantIn(form(...RIGHTS, ['scope', 'code:a|b|c']))).toThrow('code:a|b|c is no category');
  expect(() => untilIn(form(['until', 'soon']))).toThrow('soon is no time');
});
