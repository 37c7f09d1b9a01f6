import type { StatementBody } from '@careledger/contracts';
import { toBase64url } from '@careledger/crypto/portable';
import type { NewStatement } from '@careledger/statements/portable';
import { decisionStatement } from './decision-statement.js';

/** The keys that a patient registers with, as raw bytes. */
export interface RegistrationParts {
  readonly patientId: string;
  readonly networkId: string;
  readonly consentKey: Uint8Array;
  readonly gatewayKey: Uint8Array;
  /** `keyProof` statement by the gateway key. */
  readonly gatewayKeyProof: string;
  readonly encryptionKey: Uint8Array;
  /** Seconds since the epoch. */
  readonly iat?: number;
}

/** The patient's registration, which appoints the gateway key: to be signed with the consent key that it names. */
export function registrationStatement(parts: RegistrationParts): NewStatement {
  const { patientId, networkId, consentKey, gatewayKey, gatewayKeyProof, encryptionKey, iat } = parts;
  const body: StatementBody<'registerPatient'> = {
    consentKey: toBase64url(consentKey),
    gatewayKey: toBase64url(gatewayKey),
    gatewayKeyProof,
    encryptionKey: toBase64url(encryptionKey),
  };
  return decisionStatement('registerPatient', {
    ...{ patientId, networkId, body },
    ...(iat !== undefined && { iat }),
  });
}
