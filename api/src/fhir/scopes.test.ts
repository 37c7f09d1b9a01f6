import { resourceIdOf } from '@careledger/fhir';
import { resourceScopesOf } from '@careledger/service-kit';
import { describe, expect, test } from '@jest/globals';
import { readerWith } from '../../testing/test-hospital.js';
import type { Reader } from '../access/reader.js';
import { FhirReading } from './reading.js';
import { FhirWriting } from './writing.js';

const PATIENT = `pat_${'a'.repeat(32)}`;
const ID = resourceIdOf({ patientId: PATIENT, recordId: `rec_${'b'.repeat(32)}`, entry: 'AAAAAAAAAAA' });
const BASE = 'https://hospital.example/fhir';

/** Somebody who signed in with these scopes. */
const readerOf = (...scopes: string[]): Reader =>
  readerWith(
    {},
    {
      signIn: {
        ...{ issuer: 'https://idp.example', expiresAtMs: Date.now() + 60_000 },
        ...{ person: undefined, patientId: undefined },
        ...{ scopes: resourceScopesOf(scopes), roleScopes: new Set<string>() },
      },
    },
  );

class Asked extends Error {}
const ask = () => {
  throw new Asked('The ledger is asked');
};
const opening = { service: { open: ask }, versions: { named: ask } } as never;
const REFUSED = expect.objectContaining({ code: 'SCOPE_INSUFFICIENT' });

describe('a token that is for some types', () => {
  const rowOf = (resourceType: string) =>
    ({ resourceType, interaction: 'read', source: 'entry', roles: ['practitioner'] }) as const;
  const read = (resourceType: string, ...scopes: string[]) =>
    new FhirReading(opening).read(rowOf(resourceType), { id: ID }, readerOf(...scopes));

  test.each([['user/Observation.rs'], ['user/Device.s'], ['user/Device.cud'], ['user/Device.r?category=x']])(
    '%s reads no Device that lies beside what it may read: nothing is asked for',
    async (scope) => {
      await expect(read('Device', scope)).rejects.toEqual(REFUSED);
      const wanted = { id: ID, count: 1 };
      await expect(
        new FhirReading(opening).history(rowOf('Device'), wanted, readerOf(scope)),
      ).rejects.toEqual(REFUSED);
    },
  );

  test.each(['user/Device.r', 'user/*.rs'])('%s reads it', async (scope) => {
    await expect(read('Device', scope)).rejects.toBeInstanceOf(Asked);
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
