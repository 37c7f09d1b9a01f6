import { admin, client, newSigner, publicKeyOf, TestIssuer } from '@careledger/chaincode-runtime/testing';
import type { AttestationState, StatementBody } from '@careledger/contracts';
import { STATEMENT_TYP, readStatement } from '@careledger/private-chain/verify';
import { nodeVerifier, sha256 } from '@careledger/crypto';
import { beforeEach, expect, test } from '@jest/globals';
import { RecordsScene, newHash, newTxId, onAuthorities } from './testing/scene.js';

let scene: RecordsScene;
let attestor: TestIssuer;
const signer = newSigner();
beforeEach(async () => {
  ({ scene } = await RecordsScene.make());
  attestor = new TestIssuer('HospitalMSP', scene.networkId, scene.iat);
  const statement = attestor.sign(
    'registerAttestor',
    { mspId: 'HospitalMSP', key: publicKeyOf(signer) },
    signer,
  );
  await scene.run(
    'RegisterAttestor',
    { statement },
    { channel: 'authorities', caller: admin('HospitalMSP') },
  );
});

const txId = newTxId();
const bodyOf = (body: Partial<StatementBody<'attestation'>> = {}): StatementBody<'attestation'> => ({
  network: scene.networkId,
  channel: 'cloud',
  block: 7,
  blockHash: newTxId(),
  txId,
  envelopeHash: newHash(),
  code: 'VALID',
  ...body,
});
const attest = (...items: string[]) =>
  scene.codes('AttestTransactions', items, onAuthorities({ caller: client('LabMSP') }));
const kept = async () => {
  const args = { channel: 'cloud', txId };
  const call = onAuthorities();
  return (await scene.ask<{ attestations: AttestationState[] }>('GetAttestations', args, call)).attestations;
};

test('an attestation is kept with its statement, as the proof verifier reads it', async () => {
  const body = bodyOf();
  expect(await attest(attestor.sign('attestation', body, signer))).toEqual(['OK']);
  const [attestation] = await kept();
  expect(attestation).toMatchObject({ ...body, mspId: 'HospitalMSP' });
  const expected = {
    typ: STATEMENT_TYP.attestation,
    issuer: 'HospitalMSP',
    network: scene.networkId,
    key: publicKeyOf(signer),
  };
  const read = readStatement(attestation?.statement ?? '', expected, {
    hash: sha256,
    verifier: nodeVerifier(),
  });
  expect(read).toMatchObject({ body });
});

test('an attestor does not say two things about one transaction', async () => {
  const body = bodyOf();
  expect(await attest(attestor.sign('attestation', body, signer))).toEqual(['OK']);
  expect(await attest(attestor.sign('attestation', body, signer))).toEqual(['OK']);
  expect(await attest(attestor.sign('attestation', { ...body, block: 8 }, signer))).toEqual([
    'ATTESTATION_CONFLICT',
  ]);
  expect(await kept()).toHaveLength(1);
});

test('nobody attests for an organisation that has not registered the key', async () => {
  const lab = new TestIssuer('LabMSP', scene.networkId, scene.iat);
  expect(await attest(lab.sign('attestation', bodyOf(), signer))).toEqual(['ATTESTOR_UNKNOWN']);
  expect(await attest(attestor.sign('attestation', bodyOf(), newSigner()))).toEqual(['ATTESTOR_UNKNOWN']);
  const elsewhere = attestor.sign('attestation', bodyOf({ network: 'elsewhere' }), signer);
  expect(await attest(elsewhere)).toEqual(['STATEMENT_AUDIENCE_MISMATCH']);
});
