import { randomBytes } from 'node:crypto';
import { accessControlChaincode } from '@careledger/access-control-chaincode/chaincode';
import {
  ChaincodeFixture,
  client,
  newRecord,
  type Call,
  type StatementOptions,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import type { StatementBody } from '@careledger/contracts';
import { toBase64url } from '@careledger/crypto';
import { recordsChaincode } from '../src/chaincode.js';

export const newHash = (): string => toBase64url(randomBytes(32));
export const newTxId = (): string => randomBytes(32).toString('hex');

/** A patient, a hospital, a lab and two providers, registered on both channels: what the tests of records begin with. */
export class RecordsFixture extends ChaincodeFixture {
  private constructor() {
    super([accessControlChaincode, recordsChaincode]);
  }

  static async make() {
    const fixture = new RecordsFixture();
    const hospital = await fixture.organisation('aut_hospital', 'HospitalMSP');
    const lab = await fixture.organisation('aut_lab', 'LabMSP');
    const cloudA = await fixture.organisation('prv_cloud-a', 'CloudAMSP');
    const cloudB = await fixture.organisation('prv_cloud-b', 'CloudBMSP');
    const patient = await fixture.patient();
    return { fixture, hospital, lab, cloudA, cloudB, patient };
  }
}

/** Calls of chaincode `records` on `cloud` by provider A's client, unless told otherwise. */
export const onCloud = (call: Call = {}): Call => ({
  chaincode: 'records',
  channel: 'cloud',
  caller: client('CloudAMSP'),
  ...call,
});
export const onAuthorities = (call: Call = {}): Call => ({
  chaincode: 'records',
  channel: 'authorities',
  caller: client('PatientsMSP'),
  ...call,
});

const PERIOD = { start: '2026-03-01T10:00:00Z', end: '2026-03-01T11:00:00Z' };

/** What a version of a record says unless told otherwise: a new one, of its patient's making or of another author's. */
export const recordOf = (
  patientId: string,
  body: Partial<StatementBody<'storeRecord'>> = {},
  author: string = patientId,
): StatementBody<'storeRecord'> => ({
  patientId,
  ...newRecord(patientId, author),
  version: 1,
  prevVersionHash: null,
  kind: author === patientId ? 'periodic' : 'clinical',
  period: PERIOD,
  providerId: 'prv_cloud-a',
  manifestHash: newHash(),
  ciphertextSha256: newHash(),
  sizeBytes: 1_000,
  tagGroups: [],
  ...body,
});

/** The version that follows another one. */
export const nextOf = <Body extends { version: number; manifestHash: string }>(
  before: Body,
  body: Partial<Body> = {},
): Body => ({
  ...before,
  version: before.version + 1,
  prevVersionHash: before.manifestHash,
  manifestHash: newHash(),
  ...body,
});

export const storeByPatient = (
  patient: TestPatient,
  body: Partial<StatementBody<'storeRecord'>> = {},
  options: StatementOptions = {},
): string => patient.sign('storeRecord', recordOf(patient.id, body), patient.gateway, options);

export const storeByAuthority = (
  authority: TestOrganisation,
  patient: TestPatient,
  body: Partial<StatementBody<'storeRecord'>> = {},
  options: StatementOptions = {},
): string =>
  authority.sign('storeRecord', recordOf(patient.id, body, authority.id), authority.signer, options);

export const announcementOf = (
  patientId: string,
  body: Partial<StatementBody<'announceRecord'>> = {},
  author: string = patientId,
): StatementBody<'announceRecord'> => ({
  patientId,
  ...newRecord(patientId, author),
  version: 1,
  prevVersionHash: null,
  kind: author === patientId ? 'periodic' : 'clinical',
  period: PERIOD,
  providerId: 'prv_cloud-a',
  manifestHash: newHash(),
  tagGroups: [],
  storeTxId: newTxId(),
  ...body,
});
