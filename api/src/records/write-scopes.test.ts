import { beforeEach, describe, expect, test } from '@jest/globals';
import { readerWith, signedInFor } from '../../testing/test-hospital.js';
import { assertMayReplace } from './write-scopes.js';

const PATIENT = `pat_${'a'.repeat(32)}`;
const RECORD = `rec_${'b'.repeat(32)}`;
const NEWEST = 3;
const REFUSED = expect.objectContaining({ code: 'SCOPE_INSUFFICIENT' });
const recordOf = (resourceType: string) => ({
  ...{ resourceType: 'Bundle', type: 'collection' },
  entry: [{ resource: { resourceType, status: 'final', code: { text: 'Mood' } } }],
});

let opened: number;
let content: object;
beforeEach(() => {
  opened = 0;
  content = recordOf('Observation');
});
const opening = {
  versions: { named: async () => ({ recordId: RECORD, version: NEWEST, stored: {} }) },
  service: {
    open: async () => {
      opened += 1;
      return [{ status: 'fulfilled', value: { json: JSON.stringify(content) } }];
    },
  },
} as never;
const replace = (scopes: readonly string[] | undefined, ifMatch?: string) =>
  assertMayReplace(
    opening,
    { patientId: PATIENT, recordId: RECORD, ifMatch },
    readerWith({}, scopes && { signIn: signedInFor(scopes) }),
  );

describe('a token that is for some kinds', () => {
  const OBSERVATIONS = ['user/*.rs', 'user/Observation.u'];

  test('revises nothing away that it is not for', async () => {
    content = recordOf('DiagnosticReport');
    await expect(replace(OBSERVATIONS)).rejects.toEqual(REFUSED);
    content = { ...content, entry: [] };
    await expect(replace(OBSERVATIONS)).rejects.toEqual(REFUSED);
  });

  test('replaces what it is for: the version that was looked at, and no other', async () => {
    for (const ifMatch of [undefined, '*', '"2", "3"'])
      expect(await replace(OBSERVATIONS, ifMatch)).toBe('"3"');
    opened = 0;
    await expect(replace(OBSERVATIONS, '"2"')).rejects.toMatchObject({
      ...{ code: 'VERSION_CHANGED', members: { version: NEWEST } },
    });
    expect(opened).toBe(0);
  });

  test.each([['user/Observation.u'], ['user/Observation.rs']])(
    'and %s asks the ledger for nothing',
    async (scope) => {
      await expect(replace([scope])).rejects.toEqual(REFUSED);
      expect(opened).toBe(0);
    },
  );
});

test('a token that is for all kinds, or has no scopes, does not read what it replaces', async () => {
  content = recordOf('DiagnosticReport');
  expect(await replace(['user/*.u'], '"2"')).toBe('"2"');
  expect(await replace(undefined)).toBeUndefined();
  expect(opened).toBe(0);
});
