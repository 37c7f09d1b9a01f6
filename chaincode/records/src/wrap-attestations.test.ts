import { client, type TestOrganisation, type TestPatient } from '@careledger/chaincode-runtime/testing';
import {
  accessControl,
  WrapHolderState,
  type PolicyChangeState,
  type StatementBody,
} from '@careledger/contracts';
import { owedDeletion } from '@careledger/policy';
import { beforeEach, expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import { RecordsFixture, onCloud, recordOf } from '../testing/fixture.js';

let fixture: RecordsFixture;
let hospital: TestOrganisation;
let cloudA: TestOrganisation;
let cloudB: TestOrganisation;
let patient: TestPatient;
beforeEach(async () => {
  ({ fixture, hospital, cloudA, cloudB, patient } = await RecordsFixture.make());
  const stored = patient.sign('storeRecord', recordOf(patient.id), patient.gateway);
  expect(await fixture.codes('StoreRecords', [stored], onCloud())).toEqual(['OK']);
});

const said = (policyVersion: number): StatementBody<'attestWraps'> => ({
  ...{ patientId: patient.id, policyVersion, versions: 1 },
  checkedAt: new Date(fixture.nowMs).toISOString(),
});
const attest = async (policyVersion: number, by = cloudA, call = onCloud()) =>
  (await fixture.codes('AttestWraps', [by.sign('attestWraps', said(policyVersion), by.signer)], call))[0];
const holders = async () =>
  (await fixture.ask<{ rows: WrapHolderState[] }>('ListWrapHolders', { patientId: patient.id }, onCloud()))
    .rows;
const changes = async (after: { afterVersion?: number; pageSize?: number } = {}) =>
  (
    await fixture.ask<{ rows: PolicyChangeState[] }>(
      'ListPolicyChanges',
      { patientId: patient.id, ...after },
      { ...onCloud(), chaincode: accessControl.name },
    )
  ).rows;
const owed = async () => {
  const [holder] = await holders();
  return holder && owedDeletion(await changes(), holder)?.policyVersion;
};
const onAccessControl = { channel: 'cloud' as const };
/** A grant, and its end. */
const revoked = async (): Promise<void> => {
  await fixture.codes('Grant', [patient.grant(hospital.id)], onAccessControl);
  await fixture.codes('Revoke', [patient.grant(hospital.id, { effect: 'deny' })], onAccessControl);
};

test('a provider owes a word on what was taken away since it holds records, until it gives it', async () => {
  expect(await holders()).toMatchObject([{ providerId: cloudA.id, attested: null }]);
  expect(await owed()).toBeUndefined();
  await revoked();
  expect((await changes()).map(({ version, takesAway }) => [version, takesAway])).toEqual([
    [1, false],
    [2, true],
  ]);
  expect(await owed()).toBe(2);
  expect(await attest(1)).toBe('OK');
  expect(await owed()).toBe(2);
  expect(await attest(2)).toBe('OK');
  expect(await owed()).toBeUndefined();
  const rows = await holders();
  expect(rows).toMatchObject([{ attested: { policyVersion: 2, versions: 1 } }]);
  expect(Value.Errors(WrapHolderState, rows[0])).toEqual([]);
});

test('whoever has attested a version goes on after it', async () => {
  await revoked();
  await revoked();
  const after = async (afterVersion: number, pageSize?: number) =>
    (await changes({ afterVersion, ...(pageSize !== undefined && { pageSize }) })).map(
      ({ version }) => version,
    );
  expect([await after(0), await after(2), await after(2, 1), await after(4)]).toEqual([
    [1, 2, 3, 4],
    [3, 4],
    [3],
    [],
  ]);
});

test('an older word takes the place of no newer one', async () => {
  await revoked();
  expect(await attest(2)).toBe('OK');
  expect(await attest(1)).toBe('OK');
  expect(await holders()).toMatchObject([{ attested: { policyVersion: 2 } }]);
});

test('nobody attests for another provider, for one that holds nothing, or what is yet to be decided', async () => {
  await revoked();
  expect(await attest(2, cloudA, onCloud({ caller: client('CloudBMSP') }))).toBe('PROVIDER_MISMATCH');
  expect(await attest(2, cloudB, onCloud({ caller: client('CloudBMSP') }))).toBe('RECORD_UNKNOWN');
  expect(await attest(3)).toBe('POLICY_VERSION_UNKNOWN');
  expect(await holders()).toMatchObject([{ providerId: cloudA.id, attested: null }]);
});
