import { grantState } from '@careledger/contracts/examples';
import { checkResource } from '@careledger/fhir';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fakeChannel } from '../../testing/fake-channel.js';
import { MirrorStore } from '../policy/mirror-store.js';
import { Policy } from '../policy/policy.js';
import { SqliteStore } from '../store/store.js';
import {
  GROUP_MAX_PATIENTS,
  grantedPatients,
  groupIdOf,
  groupResource,
  readGroupId,
  type GroupOf,
} from './group-resource.js';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const patientOf = (index: number): string =>
  `pat_${'a'.repeat(30)}${LETTERS[Math.floor(index / 26)] ?? ''}${LETTERS[index % 26] ?? ''}`;
const [ANN, BOB, EVE, DAN] = [0, 1, 2, 3].map(patientOf);

let store: SqliteStore;
let of: GroupOf;
let mirrored: MirrorStore;
beforeEach(() => {
  store = new SqliteStore(':memory:');
  const mirror = new MirrorStore(store);
  const authorities = fakeChannel('authorities', {});
  mirrored = mirror;
  const policy = new Policy({ authorityId: 'aut_hospital', authorities, mirror, store });
  of = { mirror, policy, mayKnow: () => true, isFor: async () => true };
});
afterEach(() => store.close());

const granted = (patientId = '', more: object = {}) =>
  store.commit(() =>
    mirrored.putGrants([
      { ...grantState, patientId, from: '2026-01-01T00:00:00Z', until: '2099-01-01T00:00:00Z', ...more },
    ]),
  );

test('has those of whom a grant is in force, and no denial alone', async () => {
  await granted(ANN);
  await granted(BOB, { revokedAt: '2026-02-01T00:00:00Z' });
  await granted(EVE, { effect: 'deny' });
  await granted(DAN, { until: '2026-01-02T00:00:00Z' });
  const { patientIds, last } = await grantedPatients('', of);
  expect([patientIds, last]).toEqual([[ANN], undefined]);
  const group = groupResource(groupIdOf(undefined), patientIds, 'aut_hospital');
  expect(checkResource(group)).toMatchObject({
    ...{ id: 'granted', type: 'person', actual: true, quantity: 1 },
    member: [{ entity: { reference: `Patient/${String(ANN).replace('_', '-')}` } }],
  });
  expect(groupResource('granted', [], 'aut_hospital')).not.toHaveProperty('member');
});

test('of many patients is several, each after the other', async () => {
  const all = Array.from({ length: GROUP_MAX_PATIENTS + 2 }, (_, index) => patientOf(index));
  for (const patientId of all) await granted(patientId);
  const first = await grantedPatients('', of);
  const id = groupIdOf(first.last);
  expect(id).toMatch(/^[A-Za-z0-9.-]{1,64}$/);
  expect(readGroupId(id)).toBe(first.last);
  const second = await grantedPatients(readGroupId(id) ?? '', of);
  expect([...first.patientIds, ...second.patientIds]).toEqual(all);
  expect(second.last).toBeUndefined();
});

test('has nobody whose grant is for another unit, nor whom the token is not for, and does not say that there is one', async () => {
  const tags = [`${'t'.repeat(21)}A`, `${'u'.repeat(21)}A`];
  await granted(ANN, { granteeTags: [tags[0]] });
  await granted(BOB, { granteeTags: [tags[1]] });
  await granted(EVE);
  const isFor = async ({ granteeTags: [tag] }: { readonly granteeTags: readonly string[] }) =>
    tag === undefined || tag === tags[0];
  expect(await grantedPatients('', { ...of, isFor })).toEqual({ patientIds: [ANN, EVE], last: undefined });
  const mayKnow = (patientId: string) => patientId !== ANN;
  expect(await grantedPatients('', { ...of, mayKnow })).toEqual({ patientIds: [BOB, EVE], last: undefined });
  const all = Array.from({ length: GROUP_MAX_PATIENTS + 2 }, (_, index) => patientOf(index));
  for (const patientId of all) await granted(patientId);
  // The last of the first 500 that are known is another unit's: a cursor or an id would name that one.
  const ofOthers = all[GROUP_MAX_PATIENTS - 1];
  const first = await grantedPatients('', { ...of, mayKnow: (patientId) => patientId !== ofOthers });
  expect([first.patientIds.length, first.last]).toEqual([GROUP_MAX_PATIENTS, all[GROUP_MAX_PATIENTS]]);
});

test.each(['', 'all', 'granted-after-', 'granted-after-x', 'granted-before'])(
  '%j is no id of a Group',
  (id) => {
    expect(readGroupId(id)).toBeUndefined();
  },
);
