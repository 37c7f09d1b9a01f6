import type { TestIssuer, TestPatient } from '@careledger/chaincode-runtime/testing';
import type { StatementBody } from '@careledger/contracts';
import type { Signer } from '@careledger/crypto';
import { nextOf, recordOf } from '@careledger/records-chaincode/testing';
import { NO_EFFECT, THROUGH } from '../attempt.js';
import { confirmable } from './confirmable.js';
import { kind, type LedgerKind } from './ledger-attempt.js';
import { VITAL, type LedgerFixture } from './ledger-fixture.js';

type Body = StatementBody<'confirmTags'>;

const confirm = (fixture: LedgerFixture, body: Body, by: TestIssuer, signer: Signer): Promise<string> =>
  fixture.send('patients client', 'ConfirmRecordTags', { items: [by.sign('confirmTags', body, signer)] });
const byGateway = (fixture: LedgerFixture, patient: TestPatient, body: Body): Promise<string> =>
  confirm(fixture, body, patient, patient.gateway);

/** What others' records hold is said by the patient's gateway, and who else would say it, or otherwise. */
export const confirmations: readonly LedgerKind[] = [
  kind({
    id: 'confirms-its-own-word',
    role: 'author',
    what: 'confirms the tags that it has chosen itself',
    answer: 'STATEMENT_KEY_UNKNOWN',
    tries: {
      'in its own name': async (fixture) => {
        const { body } = await confirmable(fixture);
        return confirm(fixture, body, fixture.lab, fixture.lab.signer);
      },
      'in the patient’s name': async (fixture) => {
        const { patient, body } = await confirmable(fixture);
        return confirm(fixture, body, patient, fixture.lab.signer);
      },
    },
  }),
  kind({
    id: 'confirms-foreign',
    role: 'patient',
    what: 'says what another patient’s record holds',
    answer: 'STATEMENT_ISSUER_MISMATCH',
    tries: {
      ConfirmRecordTags: async (fixture) => {
        const { body } = await confirmable(fixture);
        return byGateway(fixture, await fixture.patient(), body);
      },
    },
  }),
  kind({
    id: 'confirms-other-version',
    role: 'thief',
    what: 'carries what was found in a version over to another one',
    answer: 'MANIFEST_MISMATCH',
    tries: {
      'the next one': async (fixture) => {
        const { patient, body } = await confirmable(fixture);
        const { recordId, manifestHash, ...rest } = await fixture.stored(fixture.lab, patient);
        const next = nextOf({ ...rest, recordId, manifestHash });
        const item = fixture.lab.sign('storeRecord', next, fixture.lab.signer);
        await fixture.must('cloud-a client', 'ReviseRecords', { items: [item] });
        return byGateway(fixture, patient, { ...body, recordId, manifestHash, version: 2 });
      },
      'another record': async (fixture) => {
        const { patient, body } = await confirmable(fixture);
        const { recordId } = await fixture.stored(fixture.lab, patient);
        return byGateway(fixture, patient, { ...body, recordId });
      },
    },
  }),
  kind({
    id: 'confirms-out-of-turn',
    role: 'thief',
    what: 'puts an earlier word on what a version holds in the place of a later one',
    answer: 'CONFIRMATION_CONFLICT',
    tries: {
      'with its number': async (fixture) => {
        const { patient, body } = await confirmable(fixture);
        await byGateway(fixture, patient, body);
        return byGateway(fixture, patient, { ...body, tagGroups: [[VITAL]] });
      },
      'with a number that leaves none for the next': async (fixture) => {
        const { patient, body } = await confirmable(fixture);
        return byGateway(fixture, patient, { ...body, seq: Number.MAX_SAFE_INTEGER });
      },
    },
  }),
  kind({
    id: 'confirms-own-record',
    role: 'thief',
    what: 'tags anew what the gateway has made itself',
    answer: 'AUTHOR_MISMATCH',
    tries: {
      ConfirmRecordTags: async (fixture) => {
        const { patient, body } = await confirmable(fixture);
        const { recordId, manifestHash } = await fixture.stored(patient, patient);
        return byGateway(fixture, patient, { ...body, recordId, manifestHash });
      },
    },
  }),
  kind({
    id: 'confirms-nothing',
    role: 'thief',
    what: 'says what a record holds that is not there',
    answer: 'RECORD_UNKNOWN',
    tries: {
      ConfirmRecordTags: async (fixture) => {
        const { patient, body } = await confirmable(fixture);
        return byGateway(fixture, patient, { ...body, recordId: recordOf(patient.id).recordId });
      },
    },
  }),
  kind({
    id: 'confirmed-again',
    role: 'relay',
    what: 'sends the first word on what a version holds again, after it was corrected',
    answer: NO_EFFECT,
    tries: {
      ConfirmRecordTags: async (fixture) => {
        const { patient, body } = await confirmable(fixture);
        const first = patient.sign('confirmTags', { ...body, tagGroups: [[VITAL]] }, patient.gateway);
        await fixture.must('patients client', 'ConfirmRecordTags', { items: [first] });
        await byGateway(fixture, patient, { ...body, seq: 2 });
        await fixture.send('patients client', 'ConfirmRecordTags', { items: [first] });
        const { recordId } = body;
        const row = await fixture.ask('GetRecord', { patientId: patient.id, recordId });
        const { confirmations: found = [] } = row as { confirmations?: readonly { seq: number }[] };
        return found.at(-1)?.seq === 2 ? NO_EFFECT : THROUGH;
      },
    },
  }),
];
