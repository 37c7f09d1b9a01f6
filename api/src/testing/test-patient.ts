import { generateEd25519, generateX25519, sha256, toBase64url } from '@careledger/crypto';
import type { GrantState, PatientState } from '@careledger/contracts';
import { patientIdOf } from '@careledger/domain';

const FROM = '2026-01-01T00:00:00Z';
const TX_ID = 'a'.repeat(64);

/** A patient with real keys, and what a ledger would say of it. */
export function testPatient() {
  const consent = generateEd25519().signer;
  const gateway = generateEd25519().signer;
  const encryption = generateX25519();
  const patientId = patientIdOf(consent.publicKey, sha256);
  const period = (key: Uint8Array) => [{ key: toBase64url(key), from: FROM }];
  const state: PatientState = {
    patientId,
    consentKeys: period(consent.publicKey),
    gatewayKeys: period(gateway.publicKey),
    encryptionKeys: period(encryption.publicKey),
    sponsor: 'ab'.repeat(32),
    registeredAt: FROM,
  };
  const grant = (more: Partial<GrantState> = {}): GrantState => ({
    patientId,
    grantId: `${'g'.repeat(21)}A`,
    policySeq: 1,
    authorityId: 'aut_hospital',
    granteeTags: [],
    permissions: ['read'],
    scopeTags: [],
    purposes: ['TREAT'],
    from: FROM,
    delegable: false,
    recordedAt: FROM,
    txId: TX_ID,
    ...more,
  });
  return { patientId, gateway, encryption, state, grant };
}
