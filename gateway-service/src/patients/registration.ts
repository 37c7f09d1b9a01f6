import { registrationStatement } from '@careledger/consent';
import { STATEMENTS, type StatementBody } from '@careledger/contracts';
import { toBase64url, type Signer } from '@careledger/crypto';
import { CHANNELS } from '@careledger/domain';
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
  const body: StatementBody<'keyProof'> = { subject: patientId, key: toBase64url(gateway.publicKey) };
  const { typ } = STATEMENTS.keyProof;
  const iat = Math.floor(nowMs / MS_PER_S);
  return makeStatement({ typ, iss: patientId, aud: network, channels: CHANNELS, iat, body }, gateway);
}
