import { STATEMENTS, type StatementBody } from '@careledger/contracts';
import { toBase64url } from '@careledger/crypto/portable';
import { CHANNELS } from '@careledger/domain';
import type { NewStatement } from '@careledger/statements/portable';

/** The word of whoever holds a key that it holds it, for a patient: to be signed with that key (`publicKey`, raw). */
export function keyProofStatement({
  patientId,
  networkId,
  publicKey,
  ...made
}: {
  readonly patientId: string;
  readonly networkId: string;
  readonly publicKey: Uint8Array;
} & Pick<NewStatement, 'iat'>): NewStatement {
  const body: StatementBody<'keyProof'> = { subject: patientId, key: toBase64url(publicKey) };
  return { typ: STATEMENTS.keyProof.typ, iss: patientId, aud: networkId, channels: CHANNELS, body, ...made };
}
