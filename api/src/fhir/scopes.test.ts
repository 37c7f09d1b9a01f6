import { entryHashOf, resourceIdOf } from '@careledger/fhir';
import { describe, expect, test } from '@jest/globals';
import { readerWith, signedInFor } from '../../testing/test-hospital.js';
import type { Reader } from '../access/reader.js';
import { FhirReading } from './reading.js';
import { FhirWriting } from './writing.js';

const PATIENT = `pat_${'a'.repeat(32)}`;
const RECORD = `rec_${'b'.repeat(32)}`;
const ID = resourceIdOf({ patientId: PATIENT, recordId: RECORD, entry: 'AAAAAAAAAAA' });
const BASE = 'https://hospital.example/fhir';

/** Somebody who signed in with these scopes. */
const readerOf = (...scopes: string[]): Reader => launchedFor(undefined, ...scopes);
/** Somebody whose app was launched for a patient. */
const launchedFor = (patientId: string | undefined, ...scopes: string[]): Reader =>
  readerWith({}, { signIn: signedInFor(scopes, patientId) });

class Asked extends Error {}
const ask = () => {
  throw new Asked('The ledger is asked');
};
const opening = { service: { open: ask }, versions: { named: ask } } as never;
/** Nothing is kept. */
const copied = { find: async () => undefined };
const REFUSED = expect.objectContaining({ code: 'SCOPE_INSUFFICIENT' });

describe('a token that is for some types', () => {
  const rowOf = (resourceType: string) =>
    ({ resourceType, interaction: 'read', source: 'entry', roles: ['practitioner'] }) as const;
  const read = (resourceType: string, ...scopes: string[]) =>
    new FhirReading(opening, copied).read(rowOf(resourceType), { id: ID }, readerOf(...scopes));

  test.each([['user/Observation.rs'], ['user/Device.s'], ['user/Device.cud'], ['user/Device.r?category=x']])(
    '%s reads no Device that lies beside what it may read: nothing is asked for',
    async (scope) => {
      await expect(read('Device', scope)).rejects.toEqual(REFUSED);
      const wanted = { id: ID, count: 1 };
      await expect(
        new FhirReading(opening, copied).history(rowOf('Device'), wanted, readerOf(scope)),
      ).rejects.toEqual(REFUSED);
    },
  );

  test.each(['user/Device.r', 'user/*.rs'])('%s reads it', async (scope) => {
    await expect(read('Device', scope)).rejects.toBeInstanceOf(Asked);
  });
});

describe('a token that is for another patient', () => {
  const row = {
    ...({ resourceType: 'Observation', interaction: 'read' } as const),
    ...({ source: 'entry', roles: ['practitioner'] } as const),
  };
  const reading = new FhirReading(opening, copied);
  const writing = new FhirWriting({
    ...{ opening, base: BASE, writer: { before: () => undefined } as never, vouching: {} as never },
  });
  const ways = (reader: Reader) => [
    reading.read(row, { id: ID }, reader),
    reading.read(row, { id: ID, vid: '1' }, reader),
    reading.history(row, { id: ID, count: 1 }, reader),
    writing.update(
      { resourceType: 'Observation', id: ID, seen: 1 },
      { body: { resourceType: 'Observation', id: ID }, reader, request: {} as never },
    ),
  ];

  test.each([`pat_${'c'.repeat(32)}`, undefined])('%s: asks the ledger for nothing', async (other) => {
    const settled = await Promise.allSettled(ways(launchedFor(other, 'patient/*.cruds')));
    expect(settled).toEqual(settled.map(() => ({ status: 'rejected', reason: REFUSED })));
  });

  test('and for the patient of the launch asks', async () => {
    for (const way of ways(launchedFor(PATIENT, 'patient/*.cruds')))
      await expect(way).rejects.toBeInstanceOf(Asked);
  });
});

describe('a token that updates some kinds', () => {
  const update = (from: string, to: string, ...scopes: string[]) => {
    const patient = { type: 'Patient', identifier: { system: 'urn:careledger:patient', value: PATIENT } };
    const observation = (category: string) => ({
      ...{ resourceType: 'Observation', status: 'final', code: { text: 'Mood' }, subject: patient },
      category: [
        {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category }],
        },
      ],
    });
    const fullUrl = 'urn:uuid:0b6f4c52-8a3e-4d27-b1f9-6e2c7a905d41';
    const json = JSON.stringify({
      ...{ resourceType: 'Bundle', type: 'collection' },
      entry: [{ fullUrl, resource: observation(from) }],
    });
    const id = resourceIdOf({ ...{ patientId: PATIENT, recordId: RECORD, entry: entryHashOf(fullUrl) } });
    const writing = new FhirWriting({
      opening: {
        service: { open: async () => [{ status: 'fulfilled', value: { json } }] },
        versions: { named: async () => ({ recordId: RECORD, version: 1, stored: {} }) },
      } as never,
      ...{ base: BASE, writer: { before: () => undefined } as never, vouching: { personOf: ask } as never },
    });
    return writing.update(
      { resourceType: 'Observation', id, seen: 1 },
      {
        body: { ...observation(to), id },
        reader: readerOf('user/*.rs', ...scopes),
        request: {} as never,
      },
    );
  };
  const VITALS = 'user/Observation.u?category=vital-signs';

  test('puts nothing in the place of one of another kind', async () => {
    await expect(update('laboratory', 'vital-signs', VITALS)).rejects.toEqual(REFUSED);
    await expect(update('vital-signs', 'laboratory', VITALS)).rejects.toEqual(REFUSED);
    await expect(update('vital-signs', 'vital-signs', VITALS)).rejects.toBeInstanceOf(Asked);
    await expect(update('laboratory', 'vital-signs', 'user/Observation.u')).rejects.toBeInstanceOf(Asked);
  });
});

describe('a token that writes some types', () => {
  const subject = { reference: `Patient/pat-${'a'.repeat(32)}` };
  const observation = { resourceType: 'Observation', status: 'final', code: { text: 'Mood' }, subject };
  const device = { resourceType: 'Device' };
  const writing = new FhirWriting({
    ...{ opening, base: BASE },
    writer: {} as never,
    vouching: { personOf: ask } as never,
  });
  const request = { tokenSha256: 't', route: 'POST', key: 'k', requestSha256: 'r' };
  const create = (...scopes: string[]) =>
    writing.create('Observation', { body: observation, reader: readerOf(...scopes), request });
  const transact = (...scopes: string[]) =>
    writing.transaction({
      body: {
        ...{ resourceType: 'Bundle', type: 'transaction' },
        entry: [observation, device].map((resource) => ({
          resource,
          request: { method: 'POST', url: resource.resourceType },
        })),
      },
      ...{ reader: readerOf(...scopes), request },
    });

  test.each(['user/Observation.rs', 'user/Observation.u', 'user/DiagnosticReport.c', 'user/*.r'])(
    '%s creates no Observation',
    async (scope) => {
      await expect(create(scope)).rejects.toEqual(REFUSED);
    },
  );

  test('each type of a transaction takes a scope of its own', async () => {
    await expect(create('user/Observation.c')).rejects.toBeInstanceOf(Asked);
    await expect(transact('user/Observation.c')).rejects.toEqual(REFUSED);
    await expect(transact('user/Observation.c', 'user/Device.c')).rejects.toBeInstanceOf(Asked);
  });
});
