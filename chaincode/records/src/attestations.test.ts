import { admin, client, newSigner, publicKeyOf, TestIssuer } from '@careledger/chaincode-runtime/testing';
import { ATTESTORS_PER_MSP_MAX, type AttestationState, type StatementBody } from '@careledger/contracts';
import { STATEMENT_TYP, readStatement } from '@careledger/private-chain/verify';
import { nodeVerifier, sha256, type Signer } from '@careledger/crypto';
import { beforeEach, expect, test } from '@jest/globals';
import { RecordsFixture, newHash, newTxId, onAuthorities } from '../testing/fixture.js';

let fixture: RecordsFixture;
let attestor: TestIssuer;
const signer = newSigner();
beforeEach(async () => {
  ({ fixture } = await RecordsFixture.make());
  attestor = new TestIssuer('HospitalMSP', fixture.networkId, fixture.iat);
  await register(signer);
});

const txId = newTxId();
const bodyOf = (body: Partial<StatementBody<'attestation'>> = {}): StatementBody<'attestation'> => ({
  network: fixture.networkId,
  channel: 'cloud',
  block: 7,
  blockHash: newTxId(),
  txId,
  envelopeHash: newHash(),
  code: 'VALID',
  ...body,
});
const attest = (...items: string[]) =>
  fixture.codes('AttestTransactions', items, onAuthorities({ caller: client('LabMSP') }));
const keptOf = async () => {
  const args = { channel: 'cloud', txId };
  const call = onAuthorities();
  return (await fixture.ask<{ attestations: AttestationState[] }>('GetAttestations', args, call))
    .attestations;
};

test('an attestation is kept with its statement, as the proof verifier reads it', async () => {
  const body = bodyOf();
  expect(await attest(attestor.sign('attestation', body, signer))).toEqual(['OK']);
  const [attestation] = await keptOf();
  expect(attestation).toMatchObject({ ...body, mspId: 'HospitalMSP' });
  const expected = {
    typ: STATEMENT_TYP.attestation,
    issuer: 'HospitalMSP',
    network: fixture.networkId,
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
  expect(await keptOf()).toHaveLength(1);
});

const register = async (key: Signer) => {
  const statement = attestor.sign('registerAttestor', { mspId: 'HospitalMSP', key: publicKeyOf(key) }, key);
  const call = { channel: 'authorities' as const, caller: admin('HospitalMSP') };
  await fixture.run('RegisterAttestor', { statement }, call);
};
const withdraw = async (key: Signer) => {
  const args = { mspId: 'HospitalMSP', key: publicKeyOf(key) };
  await fixture.run('WithdrawAttestor', args, { channel: 'authorities', caller: admin('HospitalMSP') });
};

test('a stolen attestor’s key attests nothing more once it is withdrawn; what it attested stands', async () => {
  const before = attestor.sign('attestation', bodyOf(), signer);
  const kept = attestor.sign('attestation', bodyOf({ txId: newTxId() }), signer);
  expect(await attest(before)).toEqual(['OK']);
  await withdraw(signer);
  expect(await attest(kept)).toEqual(['ATTESTOR_UNKNOWN']);
  expect(await attest(attestor.sign('attestation', bodyOf({ block: 8 }), signer))).toEqual([
    'ATTESTOR_UNKNOWN',
  ]);
  expect(await attest(before)).toEqual(['OK']);
  expect(await keptOf()).toHaveLength(1);
});

test('an organisation does not flood what is attested of a transaction by changing its keys', async () => {
  expect(await attest(attestor.sign('attestation', bodyOf(), signer))).toEqual(['OK']);
  for (let n = 1; n <= ATTESTORS_PER_MSP_MAX; n += 1) {
    const next = newSigner();
    await register(next);
    const codes = await attest(attestor.sign('attestation', bodyOf(), next));
    expect(codes).toEqual([n < ATTESTORS_PER_MSP_MAX ? 'OK' : 'ATTESTOR_LIMIT']);
    await withdraw(next);
  }
  expect(await keptOf()).toHaveLength(ATTESTORS_PER_MSP_MAX);
});

test('nobody attests for an organisation that has not registered the key', async () => {
  const lab = new TestIssuer('LabMSP', fixture.networkId, fixture.iat);
  expect(await attest(lab.sign('attestation', bodyOf(), signer))).toEqual(['ATTESTOR_UNKNOWN']);
  expect(await attest(attestor.sign('attestation', bodyOf(), newSigner()))).toEqual(['ATTESTOR_UNKNOWN']);
  const elsewhere = attestor.sign('attestation', bodyOf({ network: 'elsewhere' }), signer);
  expect(await attest(elsewhere)).toEqual(['STATEMENT_AUDIENCE_MISMATCH']);
});
