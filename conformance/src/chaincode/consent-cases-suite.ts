import { randomBytes } from 'node:crypto';
import { omit } from '@careledger/chaincode-runtime';
import { decisionStatement } from '@careledger/consent';
import {
  LedgerForm,
  consentCases,
  recordIn,
  ruleIdOf,
  withRecordIds,
  type ConsentCase,
} from '@careledger/consent/testing';
import type { AccessState, AuthorityState, Decision } from '@careledger/contracts';
import { TestDelegate, newRecord, type TestPatient } from '@careledger/chaincode-runtime/testing';
import { CHANNELS, PURPOSES, type ScopeTerm } from '@careledger/domain';
import { currentKey } from '@careledger/policy';
import { makeStatement } from '@careledger/statements';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { CLOUD_A_ID, HOSPITAL_ID, nowS, recordOf, type Actors } from './actors.js';
import { wordsIn } from './block-words.js';

const LAB_ID = 'aut_lab';
const GUARDIANSHIP_MS = 300 * 86_400_000;
const MSP_IDS: Readonly<Record<string, string>> = { [HOSPITAL_ID]: 'HospitalMSP', [LAB_ID]: 'LabMSP' };

const termWords = (term: ScopeTerm): string[] =>
  'author' in term ? [term.practitionerId ?? []].flat() : Object.values<string>(term);

/** Words of a case that have to stay with the patient: what records hold, and whom within an authority a rule means. */
const wordsOf = ({ rules, records, moments }: ConsentCase): string[] => [
  ...records.flatMap(({ kinds }) =>
    kinds.flatMap(({ resourceType, ...kind }) => [
      resourceType,
      ...Object.values(kind)
        .flat()
        .flatMap((word) => word.split('|')),
    ]),
  ),
  // Who wrote a record lies open, and so does its id.
  ...rules.flatMap(({ scope = [], grantee = [] }) => [
    ...scope.flatMap((term) => ('recordId' in term ? [] : termWords(term))),
    ...grantee.flatMap((term) => Object.values<string>(term)),
  ]),
  ...moments.flatMap(({ requests }) =>
    requests.flatMap(({ grantee }) => grantee.flatMap((term) => Object.values<string>(term))),
  ),
];

/**
 * Consents that others have published, each with a patient and a scope key of its own: rules as the patient's signer makes
 * them, records as they lie on a ledger, decisions by `RequestAccess` on `cloud` and by `Decide` on both channels.
 */
export function describeConsentCases(actors: Actors): void {
  describe('consents that others have published', () => consentCasesOf(actors));
}

function consentCasesOf(actors: Actors): void {
  const { network, newPatient, codes, store, request } = actors;
  const authority = (id: string) => network().organisation(id, MSP_IDS[id] ?? '');
  const keys = new Map<string, Uint8Array>();
  /** Scope tags of rules, by patient. */
  const tags = new Map<string, Set<string>>();

  // Only now: before, the laboratory is one that has registered nothing.
  beforeAll(async () => {
    for (const channel of CHANNELS) await network().register(authority(LAB_ID), 'lab admin', channel);
    for (const authorityId of Object.keys(MSP_IDS)) {
      const args = { authorityId };
      const state = await network().evaluate('patients client', 'cloud', 'GetAuthority', args);
      const key = currentKey((state as AuthorityState).encryptionKeys);
      if (key !== undefined) keys.set(authorityId, key);
    }
  });

  /** Makes the rules of a case, those that are revoked included. @returns names of rules by their ids */
  async function decideAs(patient: TestPatient, form: LedgerForm, { rules }: ConsentCase) {
    const names = new Map<string, string>();
    const { networkId } = network();
    const signed = (made: ReturnType<typeof decisionStatement>) => makeStatement(made, patient.consent);
    const both = async (name: 'Grant' | 'Revoke', item: string) => {
      for (const channel of CHANNELS)
        expect(await codes('patients client', channel, name, [item])).toEqual(['OK']);
    };
    const guardian = rules.some(({ madeBy }) => madeBy === 'guardian') && new TestDelegate(patient);
    if (guardian !== false) {
      const nowMs = Date.now();
      const until = new Date(nowMs + GUARDIANSHIP_MS).toISOString();
      const terms = { kind: 'guardian' as const, purposes: [...PURPOSES], until };
      const statement = guardian.appointment(nowMs, terms);
      for (const channel of CHANNELS)
        await network().submit('patients client', channel, 'Delegate', { statement });
    }
    for (const [index, rule] of rules.entries()) {
      const sid = ruleIdOf(index);
      names.set(sid, rule.name);
      patient.policySeq += 1;
      const body = await form.rule(rule, patient.policySeq, keys.get(rule.authorityId) ?? new Uint8Array());
      const known = tags.get(patient.id) ?? new Set();
      tags.set(patient.id, known.union(new Set(body.scopeTags)));
      const about = { patientId: patient.id, networkId, iat: nowS() };
      const statement =
        rule.madeBy === 'guardian' && guardian !== false
          ? guardian.grant(rule.authorityId, Date.now(), omit(body, 'policySeq'), { sid })
          : signed(decisionStatement('grant', { ...about, body, sid }));
      await both(rule.effect === 'deny' ? 'Revoke' : 'Grant', statement);
      if (rule.isRevoked === true) await both('Revoke', patient.revoke(sid));
    }
    return names;
  }

  /** Ids that the records of a case may have, by their names. */
  const newIds = (patient: TestPatient, { records }: ConsentCase) =>
    new Map(records.map(({ name, author }) => [name, newRecord(patient.id, author ?? patient.id)]));

  async function storeRecords(
    patient: TestPatient,
    form: LedgerForm,
    { records }: ConsentCase,
    ids: ReturnType<typeof newIds>,
  ) {
    for (const told of records) {
      const { confirmations, ...tagged } = form.record(told);
      const body = recordOf(patient.id, { ...tagged, ...ids.get(told.name) }, told.author);
      const by = told.author === undefined ? undefined : authority(told.author);
      const statement =
        by === undefined
          ? patient.sign('storeRecord', body, patient.gateway)
          : by.sign('storeRecord', body, by.signer);
      expect(await store(statement)).toEqual(['OK']);
      if (confirmations === undefined) continue;
      const { recordId, version, manifestHash, tagGroups } = body;
      const found = { patientId: patient.id, recordId, version, manifestHash, seq: 1, tagGroups };
      const confirmed = patient.sign('confirmTags', found, patient.gateway);
      expect(await codes('patients client', 'cloud', 'ConfirmRecordTags', [confirmed])).toEqual(['OK']);
    }
  }

  describe.each(consentCases())('$name', (published) => {
    test.each(published.moments)('at $at', async ({ at, requests }) => {
      const patient = await newPatient();
      const form = new LedgerForm(randomBytes(32), Date.now() - Date.parse(at));
      const ids = newIds(patient, published);
      const told = withRecordIds(published, (name) => ids.get(name)?.recordId ?? '');
      const names = await decideAs(patient, form, told);
      await storeRecords(patient, form, told, ids);
      const spoken = ({ decision, reason: code, grantId }: Decision | AccessState) => {
        return { decision, code, rule: grantId === undefined ? undefined : names.get(grantId) };
      };
      for (const asked of requests) {
        const { decision, code, rule } = asked;
        const question = form.question(asked, recordIn(told, asked), patient.id);
        for (const channel of CHANNELS) {
          const found = await network().evaluate('patients client', channel, 'Decide', question);
          expect(spoken(found as Decision)).toEqual({ decision, code, rule });
        }
        if (asked.permission !== 'read') continue;
        const by = authority(asked.requester);
        const body = {
          ...{
            patientId: patient.id,
            recordId: ids.get(asked.record)?.recordId ?? '',
            version: 1,
            purpose: asked.purpose,
          },
          ...{ granteeTags: question.granteeTags, relay: CLOUD_A_ID },
        };
        const answer = await request(by.sign('accessRequest', body, by.signer, { iat: nowS() }));
        expect(spoken(answer)).toEqual({ decision, code, rule });
      }
    });
  });

  test('no block of either channel holds a word of a case, and no two patients share a tag', async () => {
    const words = [...new Set(consentCases().flatMap(wordsOf))].filter((word) => word !== '*');
    expect(words).toEqual(expect.arrayContaining(['N', 'PSY', 'laboratory', 'Observation', '2339-0']));
    const blocks = (
      await Promise.all(CHANNELS.map((channel) => network().blocks('patients client', channel)))
    ).flat();
    expect(wordsIn(blocks, words)).toEqual([]);
    // What lies open is found: in a state, and within a statement alone.
    const open = ['aut_hospital', 'HRESCH', 'careledger.grant+jws'];
    expect(wordsIn(blocks, open)).toEqual(open);
    const shared = [...tags.values()].flatMap((own) => [...own]);
    expect(shared.length).toBeGreaterThan(10);
    expect(new Set(shared).size).toBe(shared.length);
  });
}
