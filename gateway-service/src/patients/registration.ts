import { randomId128, toBase64url, type Signer, type X25519KeyPair } from '@careledger/crypto';
import { STATEMENTS, type StatementBody } from '@careledger/contracts';
import { CHANNELS } from '@careledger/domain';
import { makeStatement } from '@careledger/statements';

export interface RegistrationParts {
  readonly patientId: string;
  /** Network ID: audience of the statement. */
  readonly network: string;
  readonly consent: Signer;
  readonly gateway: Signer;
  readonly encryption: X25519KeyPair;
  readonly nowMs: number;
}

/** The patient's self-signed registration, which appoints the gateway key: for the genesis block and both channels. */
export function makeRegistration({
  patientId,
  network,
  consent,
  gateway,
  encryption,
  nowMs,
}: RegistrationParts): string {
  const common = { iss: patientId, aud: network, channels: CHANNELS, iat: Math.floor(nowMs / 1000) };
  const gatewayKey = toBase64url(gateway.publicKey);
  const proof: StatementBody<'keyProof'> = { subject: patientId, key: gatewayKey };
  const body: StatementBody<'registerPatient'> = {
    consentKey: toBase64url(consent.publicKey),
    gatewayKey,
    gatewayKeyProof: makeStatement(
      { ...common, typ: STATEMENTS.keyProof.typ, sid: randomId128(), body: proof },
      gateway,
    ),
    encryptionKey: toBase64url(encryption.publicKey),
  };
  return makeStatement({ ...common, typ: STATEMENTS.registerPatient.typ, sid: randomId128(), body }, consent);
}
