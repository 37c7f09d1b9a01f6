import {
  ACCESS_REQUEST_MAX_AGE_S,
  ContractError,
  STATEMENTS,
  type SignerAnswer,
  type StatementBody,
  type StatementName,
  type StatementSigner,
} from '@careledger/contracts';
import { fromBase64url, nodeVerifier } from '@careledger/crypto';
import { checkStatement, selfSigned, type HashedStatement } from '@careledger/statements';
import type { StatementContext } from '../transaction/transaction.js';
import { asContractError, isBodyOf, type ReadStatement } from './read.js';

const MS_PER_S = 1000;
const verifier = nodeVerifier();

interface VerifiedOf<N extends StatementName> {
  readonly name: N;
  readonly iss: string;
  readonly sid: string;
  readonly body: StatementBody<N>;
  /** Role of the key that signed. */
  readonly role: StatementSigner;
  /** The key that signed, raw, base64url. */
  readonly key: string;
  /** MSP of an authority, provider or attestor. */
  readonly mspId?: string;
  readonly statement: HashedStatement;
}

/** A statement that counts: form, network, channel, time, key and signature hold. */
export type Verified<N extends StatementName = StatementName> = { [K in N]: VerifiedOf<K> }[N];

/** Kinds that expire, in seconds; all others stand until their key is rotated. */
const MAX_AGE_S: Partial<Record<StatementName, number>> = { accessRequest: ACCESS_REQUEST_MAX_AGE_S };

/**
 * Whether the statement counts here and now with the key that is registered.
 * @throws ContractError with a code of a statement, or that its issuer is not registered
 */
export function verifyAs<N extends StatementName>(
  { name, statement }: ReadStatement<N>,
  context: StatementContext,
  answer: SignerAnswer,
): Verified<N> {
  const { signer } = answer;
  const entitled = signer !== null && STATEMENTS[name].signers.includes(signer.role);
  // Form before key: what is no statement of this network says nothing about its issuer.
  const checked = check(name, statement, context, (kid) => {
    if (!answer.registered) throw new ContractError(unknownCodeOf(statement.payload.iss));
    if (name === 'attestation' && signer === null) throw new ContractError('ATTESTOR_UNKNOWN');
    return entitled && kid === statement.header.kid ? fromBase64url(signer.key) : undefined;
  });
  if (signer === null) throw new ContractError('STATEMENT_KEY_UNKNOWN');
  const { role, key, mspId } = signer;
  const named = mspId === undefined ? {} : { mspId };
  return { name, ...checked, role, key, ...named } as Verified<N>;
}

/** The same for a statement that registers the very key that signs it. */
export function verifySelfSigned<N extends StatementName>(
  { name, statement }: ReadStatement<N>,
  context: StatementContext,
  keyOf: (body: StatementBody<N>) => string,
): Verified<N> {
  const isBody = isBodyOf(name);
  const { body } = statement.payload;
  const key = isBody(body) ? keyOf(body) : undefined;
  const checked = check(name, statement, context, key === undefined ? () => undefined : selfSigned(key));
  return { name, ...checked, role: 'self', key } as Verified<N>;
}

function check<N extends StatementName>(
  name: N,
  statement: HashedStatement,
  { networkId, channel, atMs }: StatementContext,
  publicKeyOf: (kid: string) => Uint8Array | undefined,
): { iss: string; sid: string; body: StatementBody<N>; statement: HashedStatement } {
  const maxAgeSeconds = MAX_AGE_S[name];
  const { payload } = asContractError(() =>
    checkStatement(statement, {
      typ: STATEMENTS[name].typ,
      audience: networkId,
      channel,
      isBody: isBodyOf(name),
      now: Math.floor(atMs / MS_PER_S),
      ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
      publicKeyOf,
      verifier,
    }),
  );
  return { iss: payload.iss, sid: payload.sid, body: payload.body, statement };
}

function unknownCodeOf(
  iss: string,
): 'PATIENT_UNKNOWN' | 'AUTHORITY_UNKNOWN' | 'PROVIDER_UNKNOWN' | 'ATTESTOR_UNKNOWN' {
  if (iss.startsWith('pat_')) return 'PATIENT_UNKNOWN';
  if (iss.startsWith('aut_')) return 'AUTHORITY_UNKNOWN';
  return iss.startsWith('prv_') ? 'PROVIDER_UNKNOWN' : 'ATTESTOR_UNKNOWN';
}
