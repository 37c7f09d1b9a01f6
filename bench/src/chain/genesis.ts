import { sha256, toBase64url, type Signer } from '@careledger/crypto';
import { patientIdOf } from '@careledger/domain';
import { sealGenesis } from '@careledger/private-chain';
import { NETWORK, SOFTWARE } from './names.js';

/** The first block of a patient's chain, with one key for consent and gateway: the bench has no ledger to register them. */
export function benchGenesis(signer: Signer, timeMs = 0, difficulty = 0) {
  const patientId = patientIdOf(signer.publicKey, sha256);
  const key = toBase64url(signer.publicKey);
  const body = {
    network: NETWORK,
    consentKey: key,
    gatewayKey: key,
    registration: '',
    software: SOFTWARE,
  };
  return { patientId, ...sealGenesis({ patientId, timeMs, difficulty, body }, signer) };
}
