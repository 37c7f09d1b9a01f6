import { TestPatient, newSigner, publicKeyOf } from '@careledger/chaincode-runtime/testing';
import { records, type AttestationState } from '@careledger/contracts';
import { nodeVerifier, sha256, type Signer } from '@careledger/crypto';
import { CHANNELS, deviceIdOf } from '@careledger/domain';
import { attestTransaction, attestorRegistration } from '@careledger/ledger';
import {
  CompactRange,
  MerkleTree,
  frameOrigin,
  framesBody,
  makeFrame,
  makeProof,
  nodeMerkleHasher,
  sealBlock,
  sealGenesis,
  verifyProof,
} from '@careledger/private-chain';
import { expect, test } from '@jest/globals';
import type { ChaincodeNetwork } from '../fixtures/chaincode/chaincode-network.js';
import { IDENTITIES, type IdentityName } from '../fixtures/chaincode/identities.js';

/** A chain of one frame, as a gateway makes it, and the anchor of its head. */
function chainOf(network: string, patient: TestPatient, registration: string, device: Signer) {
  const timeMs = Date.now();
  const deviceId = deviceIdOf(device.publicKey, sha256);
  const at = new Date(timeMs).toISOString();
  const frame = makeFrame(
    {
      v: 1,
      epoch: 'epoch-1',
      seq: 0,
      prev: frameOrigin(deviceId, 'epoch-1', sha256),
      sent: at,
      readings: [{ t: at, code: '2339-0', value: 104, unit: 'mg/dL' }],
    },
    device,
  );
  const body = {
    network,
    consentKey: publicKeyOf(patient.consent),
    gatewayKey: publicKeyOf(patient.gateway),
    registration,
    software: 'conformance/1',
  };
  const genesis = sealGenesis({ patientId: patient.id, timeMs, difficulty: 0, body }, patient.gateway);
  const leaf = nodeMerkleHasher.leaf(frame);
  const range = new CompactRange(nodeMerkleHasher);
  range.append(leaf);
  const content = { type: 'frames' as const, body: framesBody(range) };
  const sealed = sealBlock(genesis.state, content, timeMs, patient.gateway);
  const { height, head: hash } = sealed.state;
  const inclusion = { index: 0, size: 1, path: new MerkleTree(nodeMerkleHasher, [leaf]).path(0) };
  const anchor = patient.sign(
    'anchorHead',
    { height, hash, prevHeight: null, prevHash: null },
    patient.gateway,
  );
  return { frame, keyBlocks: [genesis.block], blocks: [sealed.block], inclusion, anchor };
}

/** Registers an attestor of the identity's organisation and has it attest what its own peer says. */
async function attest(
  network: ChaincodeNetwork,
  identity: IdentityName,
  transactionId: string,
): Promise<[string, string]> {
  const { mspId } = IDENTITIES[identity];
  const attestor = { networkId: network.networkId, mspId, signer: newSigner() };
  const admin = identity.replace('client', 'admin') as IdentityName;
  const statement = attestorRegistration(attestor, ['authorities']);
  await network.submit(admin, 'authorities', 'RegisterAttestor', { statement });
  const channel = (await network.as(identity)).channel('authorities');
  await attestTransaction(channel, transactionId, attestor);
  return [mspId, publicKeyOf(attestor.signer)];
}

/** What an outsider can prove of a reading from the ledger. */
export function describeProof(use: () => ChaincodeNetwork): void {
  test('a reading is proved by what the ledger gives out: anchor, envelope, attestations', async () => {
    const network = use();
    const patient = new TestPatient(network.networkId, Math.floor(Date.now() / 1000));
    const registration = patient.registration();
    for (const channel of CHANNELS)
      await network.submit('patients enroller', channel, 'RegisterPatient', {
        statement: registration,
      });
    const device = newSigner();
    const { anchor, ...chain } = chainOf(network.networkId, patient, registration, device);
    const { transactionId } = await network.submit('patients client', 'authorities', 'AnchorHeads', {
      items: [anchor],
    });
    const keys = [
      await attest(network, 'patients client', transactionId),
      await attest(network, 'hospital client', transactionId),
    ];

    const args = { channel: 'authorities', txId: transactionId };
    const given = await network.evaluate('patients client', 'authorities', 'GetAttestations', args);
    const { attestations } = given as { attestations: AttestationState[] };
    const found = await (
      await network.as('patients client')
    )
      .channel('authorities')
      .findTransaction(transactionId);
    const proof = makeProof({
      network: network.networkId,
      patientId: patient.id,
      readingIndex: 0,
      deviceKey: device.publicKey,
      ...chain,
      anchor,
      envelope: found.transaction.envelope,
      attestations: attestations.map(({ statement }) => statement),
    });
    const roots = {
      v: 1 as const,
      kind: 'careledger.trust-roots' as const,
      network: network.networkId,
      production: false,
      attestors: Object.fromEntries(keys.map(([mspId, key]) => [mspId, [key]])),
      threshold: 2,
      channel: 'authorities',
      chaincode: records.name,
    };
    const report = verifyProof(proof, roots, { hash: sha256, verifier: nodeVerifier() });
    expect(report.steps.filter(({ status }) => status !== 'pass')).toEqual([]);
    expect(report).toMatchObject({ ok: true, place: { channel: 'authorities', txId: transactionId } });
  });
}
