import type { ResourceKind } from '@careledger/domain';
import type { Principal, SignIn } from '@careledger/service-kit';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TestHospital, readerWith } from '../../testing/test-hospital.js';
import { testPatient } from '../../testing/test-patient.js';
import { Unread } from '../access/read-gate.js';

const PERIOD = { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' };
const observation = (category: string): ResourceKind => ({
  ...{ resourceType: 'Observation', categories: [category], labels: [], codes: [], mentions: [] },
  ...{ practitioners: [], encounters: [] },
});
const GLUCOSE = observation('laboratory');
const PULSE = observation('vital-signs');

let hospital: TestHospital;
beforeEach(() => {
  hospital = new TestHospital();
});
afterEach(() => hospital[Symbol.asyncDispose]());

const person: SignIn['person'] = {
  ...{ identifier: 'staff-1', name: 'Dr. Hodak', profession: undefined, ifUnknown: 'refuse' },
};
const all: SignIn['scopes'] = [
  { level: 'user', resourceType: '*', interactions: new Set(['r']), category: undefined },
];
const signedIn = (change: Partial<SignIn> = {}, principal: Partial<Principal> = {}): Partial<Principal> => ({
  signIn: {
    ...{ issuer: 'https://id.hospital.example', expiresAtMs: Number.MAX_SAFE_INTEGER, person },
    ...{ patientId: undefined, scopes: all, roleScopes: new Set() },
    ...change,
  },
  ...principal,
});
const personOf = (claim: object, principal: Partial<Principal>) =>
  hospital.gate.personOf(readerWith(claim, principal));
const refusal = (reason: string) => expect.objectContaining({ code: 'PERSON_UNKNOWN', members: { reason } });

describe('who signed in', () => {
  test('reads under her own pseudonym, with role and unit as registered', async () => {
    const practitionerId = await hospital.practitioner('ward');
    const known = { practitionerId, unit: 'ward', role: 'physician' };
    expect(personOf({}, signedIn())).toEqual(known);
    expect(personOf({ practitionerId }, signedIn())).toEqual(known);
  });

  test('reads for nobody else, and for no other unit', async () => {
    await hospital.practitioner('ward');
    const other = await hospital.practitioner('ward');
    await hospital.store.commit(() =>
      hospital.store.run('DELETE FROM practitioners WHERE practitioner_id = ?', other),
    );
    expect(() => personOf({ practitionerId: other }, signedIn())).toThrow(
      expect.objectContaining({ code: 'PRACTITIONER_UNKNOWN' }),
    );
    for (const [claim, principal] of [
      [{ unit: 'cardiology' }, signedIn()],
      [{}, signedIn({}, { unit: 'cardiology' })],
    ] as const)
      expect(() => personOf(claim, principal)).toThrow(expect.objectContaining({ code: 'UNIT_MISMATCH' }));
  });

  test.each(['registering', 'withdrawing', 'withdrawn', 'refused'] as const)(
    'is nobody while her registration is %s, also where strangers are registered',
    async (stage) => {
      await hospital.setStage(await hospital.practitioner(), stage);
      const provisioned = signedIn({ person: { ...person, ifUnknown: 'provision' } });
      expect(() => personOf({}, provisioned)).toThrow(refusal('NOT_ACTIVE'));
    },
  );

  test('is nobody where two are registered as her, or another profession', async () => {
    await hospital.practitioner();
    const nurse = { ...person, profession: 'nurse' };
    expect(() => personOf({}, signedIn({ person: nurse }))).toThrow(refusal('PROFESSION_MISMATCH'));
    await hospital.practitioner();
    expect(() => personOf({}, signedIn())).toThrow(refusal('AMBIGUOUS'));
    expect(() => personOf({}, signedIn({ person: { ...person, identifier: 'staff-2' } }))).toThrow(
      refusal('NOT_REGISTERED'),
    );
  });

  test('is found though a former release registered her', async () => {
    const practitionerId = await hospital.practitioner();
    await hospital.store.commit(() => hospital.store.run('UPDATE practitioners SET identifier_mac = NULL'));
    expect(personOf({}, signedIn())).toMatchObject({ practitionerId });
  });

  test('is nobody any more when her token has expired, whatever is still open', async () => {
    await hospital.practitioner();
    expect(() => personOf({}, signedIn({ expiresAtMs: Date.now() - 1 }))).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED', members: { reason: 'TOKEN_EXPIRED' } }),
    );
  });
});

describe('what a token’s scopes leave of what is released', () => {
  const patient = testPatient();
  const scope = (change: Partial<SignIn['scopes'][number]>) => [{ ...all[0], ...change }] as SignIn['scopes'];

  async function shown(signIn: Partial<SignIn>, kinds?: ResourceKind[]) {
    await hospital.practitioner();
    await hospital.granted(patient.state, patient.grant({ grantId: `${'g'.repeat(21)}A` }));
    const noted: string[] = [];
    const reading = {
      version: {
        ...{ patientId: patient.patientId, author: patient.patientId, kind: 'periodic' as const },
        ...{ tagGroups: [], period: PERIOD },
      },
      unread: new Unread('text', kinds),
      note: () => noted.push('noted'),
    };
    const reader = readerWith({}, signedIn(signIn));
    const [one] = await hospital.gate.records(reader, patient.patientId, [reading]);
    const visit = { patientId: patient.patientId, visitId: 'v', unread: new Unread('visit', kinds) };
    const visits = await hospital.gate.visits(reader, [visit]);
    expect(visits.size).toBe(one?.status === 'fulfilled' ? 1 : 0);
    expect(noted.length).toBe(visits.size);
    return one?.status === 'fulfilled' ? one.value : one?.reason.members.reason;
  }

  test('all of it', async () => expect(await shown({}, [GLUCOSE, PULSE])).toBe('text'));
  test('what is of their type', async () => {
    expect(await shown({ scopes: scope({ resourceType: 'Observation' }) }, [GLUCOSE, PULSE])).toBe('text');
  });
  test('nothing that is in part of another category, and no note that it was shown', async () => {
    const laboratory = scope({ resourceType: 'Observation', category: 'laboratory' });
    expect(await shown({ scopes: laboratory }, [GLUCOSE, PULSE])).toBe('SCOPE_INSUFFICIENT');
  });
  test('nothing of which nobody knows what it holds, but for the widest', async () => {
    expect(await shown({ scopes: scope({ resourceType: 'Observation' }) })).toBe('SCOPE_INSUFFICIENT');
  });
  test('nothing without the right to read', async () => {
    expect(await shown({ scopes: scope({ interactions: new Set(['c', 's']) }) }, [GLUCOSE])).toBe(
      'SCOPE_INSUFFICIENT',
    );
  });
  test('of the patient of the launch alone', async () => {
    const launched = { scopes: scope({ level: 'patient' }), patientId: patient.patientId };
    expect(await shown(launched, [GLUCOSE])).toBe('text');
  });
  test('nothing of another patient', async () => {
    const launched = { scopes: scope({ level: 'patient' }), patientId: `pat_${'z'.repeat(32)}` };
    expect(await shown(launched, [GLUCOSE])).toBe('SCOPE_INSUFFICIENT');
  });
});
