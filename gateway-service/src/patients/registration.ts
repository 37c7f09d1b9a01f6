import { keyProofStatement, registrationStatement } from '@careledger/consent';
import type { Signer } from '@careledger/crypto';
import { makeStatement } from '@careledger/statements';

export interface RegistrationParts {
  readonly patientId: string;
  /** Network ID: audience of the statement. */
  readonly network: string;
  readonly consent: Signer;
  readonly gateway: Signer;
  /** X25519, raw. */
  readonly encryptionKey: Uint8Array;
  readonly nowMs: number;
}

const MS_PER_S = 1_000;

/** The patient's self-signed registration, which appoints the gateway key: for the genesis block and both channels. */
export function makeRegistration(parts: RegistrationParts): string {
  const { patientId, network, consent, gateway, encryptionKey, nowMs } = parts;
  const statement = registrationStatement({
    ...{ patientId, networkId: network, consentKey: consent.publicKey, gatewayKey: gateway.publicKey },
    ...{ gatewayKeyProof: gatewayKeyProof(parts), encryptionKey, iat: Math.floor(nowMs / MS_PER_S) },
  });
  return makeStatement(statement, consent);
}

/** The gateway's word that it has the key which the patient is to appoint. */
export function gatewayKeyProof({
  patientId,
  network,
  gateway,
  nowMs,
}: Pick<RegistrationParts, 'patientId' | 'network' | 'gateway' | 'nowMs'>): string {
  const iat = Math.floor(nowMs / MS_PER_S);
  return makeStatement(
    keyProofStatement({ patientId, networkId: network, publicKey: gateway.publicKey, iat }),
    gateway,
  );
}
