import { entryHashOf } from '@careledger/fhir';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CopyingHospital,
  FULL_URL,
  LAB_TAG,
  STORED_AT,
  VITAL_TAG,
  ward,
  type CopyingParts,
} from '../../testing/copying-hospital.js';
import { readerWith } from '../../testing/test-hospital.js';
import { testPatient } from '../../testing/test-patient.js';
import type { NamedQuery } from './copy-search.js';

let copying: CopyingHospital;
let running: CopyingParts;
let recordId: string;
beforeEach(async () => {
  copying = await CopyingHospital.open();
  running = copying.parts();
  ({ recordId } = await copying.announce(running, { tagGroups: [[LAB_TAG]] }));
  await running.intake.round();
});
afterEach(() => copying[Symbol.asyncDispose]());

const read = (more: Partial<NamedQuery> = {}, reader = ward) =>
  running.search.read(reader, {
    ...{ patientId: copying.patient.patientId, recordId, entryHash: entryHashOf(FULL_URL) },
    ...{ resourceType: 'Observation', isMeantVersion: () => true },
    ...more,
  });
const logged = () => copying.hospital.accessLog.list(Number.MAX_SAFE_INTEGER, 10);
/** A record of the same patient with these entries. */
const copied = async (...entry: readonly object[]): Promise<string> => {
  const announced = await copying.announce(running, { tagGroups: [[LAB_TAG]] });
  const bundle = { resourceType: 'Bundle', type: 'collection', entry };
  copying.contents.set(announced.recordId, JSON.stringify(bundle));
  await running.intake.round();
  return announced.recordId;
};

describe('one resource of a copy, by the name of its entry', () => {
  test('is what a search shows, and is logged like that', async () => {
    const shown = await read();
    const [searched] = logged();
    expect(shown).toMatchObject({ recordId, version: 1, storedAt: STORED_AT });
    expect((await copying.find(running)).resources).toEqual([shown]);
    const [found] = logged();
    expect(searched).toMatchObject({ basis: 'copy', recordId, unit: 'ward-4', reason: 'GRANT' });
    for (const line of [searched, found]) Object.assign(line ?? {}, { id: 0, requestSid: '', askedAt: '' });
    expect(found).toEqual(searched);
  });

  test('is none of another type, name, record, patient or version, and nothing of it is logged', async () => {
    const stranger = testPatient();
    await copying.hospital.granted(stranger.state);
    await copying.hospital.store.commit(() => running.copies.keys.findOrMake(stranger.patientId));
    const others: Partial<NamedQuery>[] = [
      { resourceType: 'Device' },
      { entryHash: entryHashOf('urn:uuid:other') },
      { recordId: copying.patient.newRecord().recordId },
      // An id is made up of a patient and a record: anybody may write another pair.
      { patientId: stranger.patientId },
      { patientId: `pat_${'z'.repeat(32)}` },
      { isMeantVersion: ({ version }) => version === 2 },
    ];
    for (const other of others) expect([other, await read(other)]).toEqual([other, undefined]);
    expect(logged()).toEqual([]);
  });

  test('is neither of two by one name', async () => {
    const resource = { resourceType: 'Observation', status: 'final', code: { text: 'x' } };
    const device = { resourceType: 'Device', type: { text: 'x' } };
    for (const other of [resource, device]) {
      const twice = await copied({ fullUrl: FULL_URL, resource }, { fullUrl: FULL_URL, resource: other });
      expect(await read({ recordId: twice })).toBeUndefined();
    }
    expect(await read({ recordId: await copied({ fullUrl: FULL_URL, resource }) })).toBeDefined();
  });

  test('is not shown where a denial hides it, and not logged', async () => {
    const denial = (tag: string) =>
      copying.patient.grant({ grantId: `${tag}A`, effect: 'deny', scopeTags: [tag] });
    await copying.hospital.granted(copying.patient.state, denial(VITAL_TAG));
    expect(await read()).toBeDefined();
    await copying.hospital.granted(copying.patient.state, denial(LAB_TAG));
    expect(await read()).toBeUndefined();
    expect(logged()).toHaveLength(1);
  });

  test.each([
    ['another unit', readerWith({}, { unit: 'ward-5' }), 'GRANTEE_MISMATCH'],
    ['nobody’s unit', readerWith(), 'GRANTEE_MISMATCH'],
    ['another purpose', { ...ward, purpose: 'HRESCH' as const }, 'PURPOSE_NOT_GRANTED'],
  ])('is refused to %s, like a search', async (_, reader, reason) => {
    const refused = { code: 'READ_REFUSED', members: { reason } };
    await expect(read({}, reader)).rejects.toMatchObject(refused);
    await expect(copying.find(running, {}, reader)).rejects.toMatchObject(refused);
    expect(logged()).toEqual([]);
  });

  test('is refused once the mirror of the ledger is older than 30 s', async () => {
    copying.hospital.ledgers.authorities.state = 'away';
    copying.hospital.nowMs += 30_000;
    expect(await read()).toBeDefined();
    copying.hospital.nowMs += 1;
    await expect(read()).rejects.toMatchObject({ code: 'COPY_STALE' });
  });
});

describe('a revocation that races with a reading of a copy', () => {
  /** Each place at which others have their turn, by what the reading does there. */
  const places = ['before', 'while it is opened', 'while it is logged'] as const;

  test.each(places)('%s: hides it', async (place) => {
    const { copies } = running;
    const { store } = copying.hospital;
    const [open, commit] = [copies.open.bind(copies), store.commit.bind(store)];
    let revoked: Promise<void> | undefined;
    const revoke = () => (revoked ??= copying.revoked());
    if (place === 'before') await revoke();
    if (place === 'while it is opened')
      copies.open = (...args) => {
        void revoke();
        return open(...args);
      };
    if (place === 'while it is logged')
      store.commit = async (write) => {
        const done = await commit(write);
        store.commit = commit;
        await revoke();
        return done;
      };
    const shown = read();
    if (place === 'before') await expect(shown).rejects.toMatchObject({ members: { reason: 'NO_GRANT' } });
    else if (place === 'while it is logged') expect(await shown).toBeUndefined();
    else await shown;
    await revoked;
    // What was shown was shown before the mirror had heard of it: nothing is, afterwards.
    await expect(read()).rejects.toMatchObject({ members: { reason: 'NO_GRANT' } });
    await copying.ending(running).round();
    await expect(
      Promise.resolve(
        running.copies.named({
          ...{ patientId: copying.patient.patientId, recordId, entryHash: entryHashOf(FULL_URL) },
          resourceType: 'Observation',
        }),
      ),
    ).resolves.toBeUndefined();
    expect(await read()).toBeUndefined();
  });

  test('and many of them: nothing is shown to whoever asks after it was heard of', async () => {
    let isHeard = false;
    const outcomes: { readonly isShown: boolean; readonly wasHeard: boolean }[] = [];
    const reader = async () => {
      for (let turn = 0; turn < 20; turn += 1) {
        const wasHeard = isHeard;
        const shown = await read().catch(() => undefined);
        outcomes.push({ isShown: shown !== undefined, wasHeard });
      }
    };
    const revoking = async () => {
      while (outcomes.length < 10) await new Promise(setImmediate);
      await copying.revoked();
      isHeard = true;
    };
    await Promise.all([reader(), reader(), reader(), reader(), revoking()]);
    expect(outcomes.some(({ isShown }) => isShown)).toBe(true);
    expect(outcomes.filter(({ isShown, wasHeard }) => isShown && wasHeard)).toEqual([]);
    expect(outcomes.some(({ wasHeard }) => wasHeard)).toBe(true);
  });
});
