import { entryHashOf, entryNameOf, resourceIdOf } from '@careledger/fhir';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CopyingHospital, STORED_AT, ward, type CopyingParts } from '../../testing/copying-hospital.js';
import { readerWith, signedInFor } from '../../testing/test-hospital.js';
import { CopiedReading } from './copied-reading.js';
import { FhirReading, type IdWanted } from './reading.js';

const urn = (last: number) => `urn:uuid:0b6f4c52-8a3e-4d27-b1f9-6e2c7a905d4${last}`;
const PERMIT = 'a'.repeat(64);
/** A record whose numbers, times, references and meta are easily written in another way. */
const ENTRIES = [
  `{"fullUrl":"${urn(0)}","resource":{"resourceType":"Observation","id":"mine","meta":{"versionId":"7","profile":["urn:p"]},` +
    `"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2339-0"}]},"effectiveDateTime":"2026-05-05T10:00:00+02:00",` +
    `"device":{"reference":"${urn(1)}"},"hasMember":[{"reference":"#one"},{"reference":"urn:uuid:medication"}],` +
    `"valueQuantity":{"value":5.40,"unit":"mmol/L"},"component":[{"code":{"text":"é\\u0000\\"x"},"valueQuantity":{"value":123456789012345678.90}}]}}`,
  `{"fullUrl":"${urn(1)}","resource":{"resourceType":"Device","type":{"text":"Meter"}}}`,
  `{"resource":{"resourceType":"Provenance","recorded":"2026-05-05T10:05:00Z","target":[{"reference":"${urn(0)}"}],"agent":[{"who":{"reference":"${urn(1)}"}}]}}`,
  `{"fullUrl":"urn:uuid:medication","resource":{"resourceType":"Medication"}}`,
];
const JSON_TEXT = `{"resourceType":"Bundle","type":"collection","entry":[${ENTRIES.join(',')}]}`;
const TYPES = ['Observation', 'Device', 'Provenance'] as const;

let copying: CopyingHospital;
let running: CopyingParts;
let recordId: string;
/** How often the ledger was asked. */
let opened = 0;
/** What this authority has written itself. */
let written: number | undefined;
beforeEach(async () => {
  copying = await CopyingHospital.open();
  running = copying.parts();
  ({ recordId } = await copying.announce(running));
  copying.contents.set(recordId, JSON_TEXT);
  await running.intake.round();
  [opened, written] = [0, undefined];
});
afterEach(() => copying[Symbol.asyncDispose]());

const rowOf = (resourceType: string) =>
  ({ resourceType, interaction: 'read', source: 'entry', roles: ['practitioner'] }) as const;
function idOf(index: number): string {
  const { entry } = JSON.parse(JSON_TEXT) as { readonly entry: readonly Parameters<typeof entryNameOf>[0][] };
  const name = entryNameOf(entry[index] ?? {}, index);
  return resourceIdOf({ patientId: copying.patient.patientId, recordId, entry: entryHashOf(name) });
}

/** What opens records says of this one: what its author wrote, as it was stored. */
function readingOf(): FhirReading {
  const opening = {
    versions: {
      named: async ({ version = 1 }) => ({ recordId, version, stored: { storedAt: STORED_AT } }),
    },
    service: {
      open: async ({ versions }: { readonly versions: readonly { readonly version: number }[] }) => {
        opened += 1;
        return versions.map(({ version }) => ({
          ...{ status: 'fulfilled', value: { json: JSON_TEXT, access: { version, txId: PERMIT } } },
        }));
      },
    },
  };
  const { search, waiting } = running;
  const writes = { newestVersion: () => written };
  return new FhirReading(opening as never, new CopiedReading({ search, waiting, writes }));
}
const read = (index: number, more: Partial<IdWanted> = {}, reader = ward) =>
  readingOf().read(rowOf(TYPES[index] ?? ''), { id: idOf(index), ...more }, reader);

describe('a read by id of what a copy holds', () => {
  test.each(TYPES.map((type, index) => [type, index] as const))(
    'of a %s is to the letter what the record says that is opened, and asks no ledger',
    async (_, index) => {
      for (const vid of [undefined, '1']) {
        const kept = await read(index, vid === undefined ? {} : { vid });
        expect(opened).toBe(0);
        const { permitTxId, ...told } = await read(index, { isOfLedger: true, ...(vid && { vid }) });
        expect([opened, permitTxId]).toEqual([1, PERMIT]);
        expect(kept).toEqual({ ...told, permitTxId: undefined });
        opened = 0;
      }
    },
  );

  test('is the ledger’s once a later version is heard of, or written here; the version that is kept is not', async () => {
    written = 1;
    await read(0);
    expect(opened).toBe(0);
    written = 2;
    await read(0);
    expect(opened).toBe(1);
    await read(0, { vid: '1' });
    expect(opened).toBe(1);
    written = undefined;
    const kept = running.copies.record(copying.patient.patientId, recordId)?.version;
    await copying.hospital.store.commit(() =>
      running.waiting.add({ ...kept, version: 2 } as never, copying.hospital.nowMs),
    );
    await read(0);
    await read(0, { vid: '2' });
    expect(opened).toBe(3);
    await read(0, { vid: '1' });
    expect(opened).toBe(3);
  });

  test('is left to the ledger where no search would show it', async () => {
    const scoped = (scope: string) => readerWith({}, { unit: 'ward-4', signIn: signedInFor([scope]) });
    await read(0, {}, scoped('user/Observation.r'));
    expect(opened).toBe(0);
    const others = [
      readerWith({}, { unit: 'ward-5' }),
      { ...ward, purpose: 'HRESCH' as const },
      scoped('user/Observation.r?category=vital-signs'),
      scoped('user/Device.r'),
    ];
    for (const [index, reader] of others.entries()) {
      await read(0, {}, reader);
      expect(opened).toBe(index + 1);
    }
    copying.hospital.ledgers.authorities.state = 'away';
    copying.hospital.nowMs += 30_001;
    await read(0);
    expect(opened).toBe(others.length + 1);
    copying.hospital.ledgers.authorities.state = 'there';
    await read(0);
    expect(opened).toBe(others.length + 1);
    await copying.revoked();
    await read(0);
    expect(opened).toBe(others.length + 2);
  });

  test('is refused to whom nobody knows, without the ledger', async () => {
    const unknown = readerWith({ practitionerId: `prc_${'q'.repeat(32)}` }, { unit: 'ward-4' });
    await expect(read(0, {}, unknown)).rejects.toMatchObject({ code: 'PRACTITIONER_UNKNOWN' });
    expect(opened).toBe(0);
  });

  test('of a whole record, and of what is nobody’s entry, is the ledger’s', async () => {
    const whole = resourceIdOf({ patientId: copying.patient.patientId, recordId, entry: undefined });
    await readingOf().read(rowOf('Bundle'), { id: whole }, ward);
    expect(opened).toBe(1);
    await expect(readingOf().read(rowOf('Device'), { id: idOf(0) }, ward)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(opened).toBe(2);
  });
});
