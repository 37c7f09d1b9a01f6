import {
  consentCases,
  kindOf,
  LedgerForm,
  type CaseMoment,
  type ConsentCase,
} from '@careledger/consent/testing';
import { newSalt } from '@careledger/envelope';
import { termsOnRecord } from '@careledger/policy';
import { describe, expect, test } from '@jest/globals';
import { ConsentDesk } from '../../testing/consent-desk.js';
import { PASSPHRASE } from '../../testing/open-core.js';
import { readersOf } from './readers.js';
import { tagGroupsOfKinds } from './scope.js';

const unlock = { passphrase: PASSPHRASE, caller: 'the patient' };

/** A gateway whose patient has made the rules of a case, by the key that the passphrase opens. */
async function patientOf({ rules }: ConsentCase, desk: ConsentDesk) {
  const { t, consent } = desk;
  const patient = await t.patient();
  const made: string[] = [];
  for (const rule of rules) made.push(await consent.grant(patient, rule, unlock));
  desk.everythingIsActive();
  for (const [index, { isRevoked }] of rules.entries())
    if (isRevoked === true) await consent.revoke(patient, made[index] ?? '', unlock);
  return { patient, form: new LedgerForm(t.core.patients.keys(patient.patientId).scopeKey()) };
}

describe.each(consentCases())('$name', (told) => {
  test.each(told.moments)(
    'at $at: keys are wrapped for whoever may read',
    async ({ at, readers }: CaseMoment) => {
      await using desk = await ConsentDesk.open();
      desk.t.nowMs = Date.parse(at);
      const { patient, form } = await patientOf(told, desk);
      const { patientId, patientNo } = patient;
      const found = told.records.map((record) => {
        const author = record.author ?? patientId;
        const terms = termsOnRecord({ ...form.record(record), patientId, author });
        return [record.name, readersOf(desk.grants, patientNo, terms, desk.t.nowMs).sort()] as const;
      });
      expect(Object.fromEntries(found)).toEqual(readers);
    },
  );
});

test('a gateway gives records of observations the tags by which the cases are told', () => {
  const form = new LedgerForm(newSalt());
  const records = consentCases().flatMap((told) => told.records);
  const observed = records.filter(
    ({ author, kinds }) => author === undefined && kinds.every((kind) => kind.resourceType === 'Observation'),
  );
  expect(observed.length).toBeGreaterThan(10);
  const sorted = (groups: readonly (readonly string[])[]) => groups.map((group) => group.toSorted()).sort();
  for (const record of observed) {
    const { recordId } = record;
    const groups = tagGroupsOfKinds(form.scopeKey, record.kinds.map(kindOf), { recordId });
    expect(sorted(groups)).toEqual(sorted(form.record(record).tagGroups));
  }
});
