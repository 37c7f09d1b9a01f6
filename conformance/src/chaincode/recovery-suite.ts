import { TestOrganisation, TestPatient, newSigner, publicKeyOf } from '@careledger/chaincode-runtime/testing';
import { RECOVERY_WAIT_S, type BatchResult, type Decision, type PatientState } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { CHANNELS } from '@careledger/domain';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { carry } from '../consent/play/carrier.js';
import type { ChaincodeNetwork } from '../fixtures/chaincode/chaincode-network.js';
import type { IdentityName } from '../fixtures/chaincode/identities.js';

const DAY_MS = RECOVERY_WAIT_S * 1_000;
const TIMEOUT_MS = 180_000;
/** Clients' clocks: by the first one a recovery is confirmed, by the second one it is a day later. */
const [YESTERDAY_MS, TODAY_MS] = [-DAY_MS / 2, DAY_MS / 2];

/** What a recovery needs of the chaincode. @param start with a network that takes clocks which are a day off */
export function describeRecovery(
  name: string,
  start: (timeWindowMs: number) => Promise<ChaincodeNetwork>,
): void {
  describe(`a recovery on ${name}`, () => {
    let network: ChaincodeNetwork;
    beforeAll(async () => {
      network = await start(DAY_MS);
    }, TIMEOUT_MS);
    afterAll(() => network?.[Symbol.asyncDispose](), TIMEOUT_MS);

    test('a patient whose key a thief has gets another one on both channels, and what the thief revoked voids nothing later', async () => {
      const iat = Math.floor((Date.now() - DAY_MS) / 1_000);
      const organisation = (id: string, mspId: string) =>
        new TestOrganisation({ id, mspId, aud: network.networkId, iat });
      const [hospital, lab] = [
        organisation('aut_hospital', 'HospitalMSP'),
        organisation('aut_lab', 'LabMSP'),
      ];
      const patient = new TestPatient(network.networkId, iat);
      const next = newSigner();
      const recovered = Object.assign(new TestPatient(network.networkId, iat, next, patient.gateway), {
        id: patient.id,
      });
      const recoveryId = randomId128();
      const vouching = {
        ...{ patientId: patient.id, reason: 'untrusted' as const },
        ...{ newKey: publicKeyOf(next), newKeyProof: patient.proofOf(next) },
      };
      const opening = hospital.sign('vouchForKey', vouching, hospital.signer, { sid: recoveryId });
      const confirming = lab.sign('vouchForKey', { ...vouching, confirms: recoveryId }, lab.signer);
      const revoking = patient.sign('revokeAll', { policySeq: Number.MAX_SAFE_INTEGER }, patient.consent);
      const takingOver = patient.sign('takeOver', { recoveryId, newKey: publicKeyOf(next) }, next);
      const late = patient.grant(hospital.id);
      const granting = recovered.grant(hospital.id);

      for (const channel of CHANNELS) {
        const submit = async (
          identity: IdentityName,
          name: Parameters<typeof network.submit>[2],
          args: object,
        ) => {
          const { result } = await network.submit(identity, channel, name, args);
          return (result as Partial<BatchResult>).items?.map(({ code }) => code);
        };
        const dated = (
          identity: IdentityName,
          name: 'VouchForKey' | 'TakeOver',
          statement: string,
          aheadMs: number,
        ) => carry(network, { identity, channel, name, args: { statement }, aheadMs });
        await submit('hospital admin', 'RegisterAuthority', { statement: hospital.registration() });
        await submit('lab admin', 'RegisterAuthority', { statement: lab.registration() });
        await submit('patients enroller', 'RegisterPatient', { statement: patient.registration() });
        expect(await submit('patients client', 'Revoke', { items: [revoking] })).toEqual(['OK']);

        expect(await dated('hospital client', 'VouchForKey', opening, YESTERDAY_MS)).toBeDefined();
        expect(await dated('lab client', 'VouchForKey', confirming, YESTERDAY_MS)).toBeDefined();
        // By a clock that is right it is too early.
        await expect(submit('patients client', 'TakeOver', { statement: takingOver })).rejects.toMatchObject({
          chaincodeCode: 'RECOVERY_NOT_DUE',
        });
        expect(await submit('patients client', 'Grant', { items: [late] })).toEqual(['GRANT_REVOKED']);
        expect(await dated('patients client', 'TakeOver', takingOver, TODAY_MS)).toBeDefined();

        expect(await submit('patients client', 'Grant', { items: [late] })).toEqual([
          'STATEMENT_KEY_UNKNOWN',
        ]);
        expect(await submit('patients client', 'Grant', { items: [granting] })).toEqual(['OK']);
        const { consentKeys } = (await network.evaluate('patients client', channel, 'GetPatient', {
          patientId: patient.id,
        })) as PatientState;
        expect(consentKeys.map(({ key }) => key)).toEqual([publicKeyOf(patient.consent), publicKeyOf(next)]);
        const { decision } = (await network.evaluate('hospital client', channel, 'Decide', {
          ...{ patientId: patient.id, requester: hospital.id, granteeTags: [], permission: 'read' },
          ...{ purpose: 'TREAT', tagGroups: [] },
        })) as Decision;
        expect(decision).toBe('permit');
      }
    }, 180_000);
  });
}
