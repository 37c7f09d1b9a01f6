import { randomBytes } from 'node:crypto';
import { omit } from '@careledger/chaincode-runtime';
import {
  TestPatient,
  newRecord,
  type StatementOptions,
  type TestOrganisation,
} from '@careledger/chaincode-runtime/testing';
import {
  ContractError,
  type AccessBatchResult,
  type AccessState,
  type BatchResult,
  type ContractCode,
  type StatementBody,
} from '@careledger/contracts';
import { toBase64url } from '@careledger/crypto';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { expect } from '@jest/globals';
import type { ChaincodeNetwork } from '../fixtures/chaincode/chaincode-network.js';
import type { IdentityName } from '../fixtures/chaincode/identities.js';

export const HOSPITAL_ID = 'aut_hospital';
export const CLOUD_A_ID = 'prv_cloud-a';

/** Seconds since 1970, as statements have them. */
export const nowS = () => Math.floor(Date.now() / 1000);

const newHash = () => toBase64url(randomBytes(32));
/** The interval of a record. */
export const PERIOD = { start: '2026-03-01T10:00:00Z', end: '2026-03-01T11:00:00Z' };
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
  providerId: CLOUD_A_ID,
  manifestHash: newHash(),
  ciphertextSha256: newHash(),
  sizeBytes: 100,
  tagGroups: [],
  ...body,
});
export const storeOf = (patient: TestPatient, body: Partial<StatementBody<'storeRecord'>> = {}) =>
  patient.sign('storeRecord', recordOf(patient.id, body), patient.gateway);
export const announcementOf = (patient: TestPatient) => {
  const record = omit(recordOf(patient.id), 'ciphertextSha256', 'sizeBytes');
  const storeTxId = randomBytes(32).toString('hex');
  return patient.sign('announceRecord', { ...record, storeTxId }, patient.gateway);
};
export const anchorOf = (patient: TestPatient) =>
  patient.sign(
    'anchorHead',
    { height: 1, hash: newHash(), prevHeight: null, prevHash: null },
    patient.gateway,
  );

/** What patients, a hospital and its provider do on a network, which may still have to start. */
export function actorsOn(network: () => ChaincodeNetwork) {
  const hospital = (): TestOrganisation => network().organisation(HOSPITAL_ID, 'HospitalMSP');

  /** One who is registered nowhere yet. */
  const stranger = () => new TestPatient(network().networkId, nowS());

  const newPatient = async (): Promise<TestPatient> => {
    const patient = stranger();
    for (const channel of CHANNELS)
      await network().submit('patients enroller', channel, 'RegisterPatient', {
        statement: patient.registration(),
      });
    return patient;
  };

  const requestOf = (patient: TestPatient, recordId: string, options: StatementOptions = {}) =>
    hospital().sign(
      'accessRequest',
      { patientId: patient.id, recordId, version: 1, purpose: 'TREAT', granteeTags: [], relay: CLOUD_A_ID },
      hospital().signer,
      { iat: nowS(), ...options },
    );

  const codes = async (
    identity: IdentityName,
    channel: ChannelName,
    name: string,
    items: readonly string[],
  ): Promise<string[]> => {
    const { result } = await network().submit(identity, channel, name, { items });
    return (result as BatchResult).items.map(({ code }) => code);
  };
  const grant = (...items: string[]) => codes('patients client', 'cloud', 'Grant', items);
  const revoke = (...items: string[]) => codes('patients client', 'cloud', 'Revoke', items);
  const store = (...items: string[]) => codes('cloud-a client', 'cloud', 'StoreRecords', items);
  const requestAll = async (items: readonly string[], identity: IdentityName = 'cloud-a client') =>
    ((await network().submit(identity, 'cloud', 'RequestAccess', { items })).result as AccessBatchResult)
      .items;
  const request = async (statement: string, identity?: IdentityName): Promise<AccessState> => {
    const [item] = await requestAll([statement], identity);
    if (item?.access === undefined) throw new ContractError((item?.code ?? '') as ContractCode);
    return item.access;
  };

  const patientWithRecord = async (): Promise<{ patient: TestPatient; recordId: string }> => {
    const patient = await newPatient();
    const record = newRecord(patient.id);
    expect(await store(storeOf(patient, record))).toEqual(['OK']);
    return { patient, recordId: record.recordId };
  };

  return {
    network,
    hospital,
    stranger,
    newPatient,
    requestOf,
    codes,
    grant,
    revoke,
    store,
    request,
    requestAll,
    patientWithRecord,
  };
}

export type Actors = ReturnType<typeof actorsOn>;
