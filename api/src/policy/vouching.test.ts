import type { Permission } from '@careledger/domain';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TestHospital } from '../../testing/test-hospital.js';
import { testPatient } from '../../testing/test-patient.js';

const EITHER_OF = ['modify', 'write'] as const;
const tag = (letter: string): string => `${letter.repeat(21)}A`;

let hospital: TestHospital;
let patient: ReturnType<typeof testPatient>;
beforeEach(() => {
  hospital = new TestHospital();
  patient = testPatient();
});
afterEach(() => hospital[Symbol.asyncDispose]());

/** A grant of one permission to the ward, under each of some tags. */
async function grant(permission: Permission, letters: string) {
  const grantee = [...letters].map((letter) => ({ unit: 'ward', tag: tag(letter) }));
  const sealed = await patient.meaning(hospital.ownKey.publicKey, { grantee });
  const granteeTags = grantee.map((entry) => entry.tag);
  return patient.grant({
    grantId: tag(permission.slice(0, 1)),
    permissions: [permission],
    granteeTags,
    sealed,
  });
}
const tags = () => hospital.vouching.granteeTags(patient.patientId, { unit: 'ward' }, EITHER_OF, 'TREAT');

test('who may do either of two things has the tags of both', async () => {
  await hospital.granted(patient.state, await grant('modify', 'ab'), await grant('write', 'bc'));
  expect((await tags()).sort()).toEqual(['a', 'b', 'c'].map(tag));
});

test('more tags of both together than a request takes are refused, and none is left out', async () => {
  await hospital.granted(
    patient.state,
    await grant('modify', 'abcdefghi'),
    await grant('write', 'jklmnopqr'),
  );
  await expect(tags()).rejects.toMatchObject({ code: 'TOO_MANY_TAGS' });
});

test('a grant is for those whom it names, and for everybody where it names nobody', async () => {
  const named = await grant('modify', 'ab');
  const isFor = (rule: typeof named, unit?: string) =>
    hospital.vouching.isFor(rule, unit === undefined ? {} : { unit });
  expect([await isFor(named, 'ward'), await isFor(named, 'psychiatry'), await isFor(named)]).toEqual([
    ...[true, false, false],
  ]);
  expect(await isFor({ ...named, granteeTags: [] }, 'psychiatry')).toBe(true);
  // What it has sealed counts for what it says openly alone, and a tag that nobody has explained is for nobody here.
  expect(await isFor({ ...named, granteeTags: [tag('z')] }, 'ward')).toBe(false);
});
