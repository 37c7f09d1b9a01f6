import { entryHashOf, resourceIdOf } from '@careledger/fhir';
import { expect, jest, test } from '@jest/globals';
import { ServedRecord } from './served-record.js';

const about = { patientId: `pat_${'a'.repeat(32)}`, recordId: `rec_${'b'.repeat(32)}` };
const DEVICE = 'urn:uuid:0a3f1f2e-5a5b-4c3d-9e8f-112233445566';
const READING = 'urn:uuid:1b4f1f2e-5a5b-4c3d-9e8f-112233445566';
const idOf = (name: string) => resourceIdOf({ ...about, entry: entryHashOf(name) });
const served = (json: string) =>
  new ServedRecord(about, { json, version: 3, storedAt: '2026-05-05T10:00:00.000Z' });
const bundle = (...entries: string[]) =>
  `{"resourceType":"Bundle","type":"collection","entry":[${entries.join(',')}]}`;
const META = '"meta":{"versionId":"3","lastUpdated":"2026-05-05T10:00:00.000Z"}';

test('an entry is as its author wrote it, to the letter of its numbers, with id and meta of the server', () => {
  const record = served(
    bundle(
      `{"fullUrl":"${READING}","resource":{"resourceType":"Observation","id":"x","status":"final",` +
        `"effectiveDateTime":"2026-05-05T10:00:00+02:00","valueQuantity":{"value":5.40},"big":123456789012345678}}`,
    ),
  );
  expect(record.textOf('Observation', entryHashOf(READING))).toBe(
    `{"resourceType":"Observation","id":"${idOf(READING)}",${META},"status":"final",` +
      `"effectiveDateTime":"2026-05-05T10:00:00+02:00","valueQuantity":{"value":5.40},"big":123456789012345678}`,
  );
});

test('what its author says in meta stays, but version and time', () => {
  const record = served(
    bundle(
      `{"fullUrl":"${READING}","resource":{"resourceType":"Observation",` +
        `"meta":{"versionId":"99","lastUpdated":"1999-01-01T00:00:00Z","profile":["http://hl7.org/fhir/StructureDefinition/bp"]}}}`,
    ),
  );
  expect(JSON.parse(record.textOf('Observation', entryHashOf(READING)) ?? '')).toMatchObject({
    meta: {
      versionId: '3',
      lastUpdated: '2026-05-05T10:00:00.000Z',
      profile: ['http://hl7.org/fhir/StructureDefinition/bp'],
    },
  });
});

test('references within the record lead to this server; what is not served one by one, and contained ones, stay', () => {
  const record = served(
    bundle(
      `{"fullUrl":"${READING}","resource":{"resourceType":"Observation","device":{"reference":"${DEVICE}"},` +
        `"hasMember":[{"reference":"#one"},{"reference":"urn:uuid:medication"}],"partOf":[{"reference":"Device/d"}]}}`,
      `{"fullUrl":"${DEVICE}","resource":{"resourceType":"Device","id":"d"}}`,
      `{"fullUrl":"urn:uuid:medication","resource":{"resourceType":"Medication"}}`,
    ),
  );
  const device = { reference: `Device/${idOf(DEVICE)}` };
  expect(JSON.parse(record.textOf('Observation', entryHashOf(READING)) ?? '')).toMatchObject({
    device,
    hasMember: [{ reference: '#one' }, { reference: 'urn:uuid:medication' }],
    partOf: [device],
  });
});

test('the patient is named as clients follow it, however the author named the patient', () => {
  const ours = `pat-${'a'.repeat(32)}`;
  const pseudonym = `{"type":"Patient","identifier":{"system":"urn:careledger:patient","value":"${about.patientId}"}}`;
  for (const subject of [
    pseudonym,
    `{"reference":"Patient/${about.patientId}"}`,
    '{"reference":"urn:uuid:p"}',
  ]) {
    const record = served(
      bundle(
        `{"fullUrl":"${READING}","resource":{"resourceType":"Observation","subject":${subject}}}`,
        `{"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient"}}`,
      ),
    );
    expect(JSON.parse(record.textOf('Observation', entryHashOf(READING)) ?? '')).toMatchObject({
      subject: { ...JSON.parse(subject), reference: `Patient/${ours}` },
    });
  }
});

test('an entry is none of another type, and a record of none but a Bundle', () => {
  const record = served(bundle(`{"fullUrl":"${READING}","resource":{"resourceType":"Observation"}}`));
  expect(record.textOf('Device', entryHashOf(READING))).toBeUndefined();
  expect(record.textOf('Observation', entryHashOf(DEVICE))).toBeUndefined();
  expect(record.textOf('Observation', undefined)).toBeUndefined();
  expect(record.textOf('Bundle', undefined)).toBe(
    `{"resourceType":"Bundle","id":"${resourceIdOf({ ...about, entry: undefined })}",${META},"type":"collection",` +
      `"entry":[{"fullUrl":"${READING}","resource":{"resourceType":"Observation"}}]}`,
  );
});

test('of two entries by one name neither is shown', () => {
  const entry = `{"fullUrl":"${READING}","resource":{"resourceType":"Observation"}}`;
  expect(served(bundle(entry, entry)).textOf('Observation', entryHashOf(READING))).toBeUndefined();
});

test('many references into a record of many entries are led at once: each name is looked up, not looked for', () => {
  const count = 1_000;
  const nameOf = (index: number) => `urn:oid:1.2.3.${index}`;
  const members = Array.from({ length: count }, (_, index) => `{"reference":"${nameOf(index)}"}`);
  const others = Array.from(
    { length: count },
    (_, index) => `{"fullUrl":"${nameOf(index)}","resource":{"resourceType":"Device"}}`,
  );
  const record = served(
    bundle(
      ...others,
      `{"fullUrl":"${READING}","resource":{"resourceType":"Observation","hasMember":[${members.join(',')}]}}`,
    ),
  );
  const looking = jest.spyOn(Array.prototype, 'includes');
  const text = record.textOf('Observation', entryHashOf(READING)) ?? '';
  const looked = looking.mock.calls.length;
  looking.mockRestore();
  expect(text).toContain(idOf(nameOf(count - 1)));
  expect(looked).toBeLessThan(20 * count);
});
