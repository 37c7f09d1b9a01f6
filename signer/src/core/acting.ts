import { keyProofStatement, type Decision, type GrantTerms } from '@careledger/consent';
import { DelegationPath, STATEMENTS } from '@careledger/contracts';
import { fromBase64url, jwkThumbprint, toBase64url } from '@careledger/crypto/portable';
import {
  CHANNELS,
  Id128,
  NetworkId,
  PatientId,
  PublicKey,
  Timestamp,
  closedObject,
  termKey,
} from '@careledger/domain';
import { ScopeMeaning, type GrantMeaning } from '@careledger/protocol/sealed';
import { StatementError, checkStatement, signStatement } from '@careledger/statements/portable';
import { Type, type Static } from 'typebox';
import { SignerError } from './errors.js';
import type { PatientKey } from './patient-key.js';
import { sha256, verifier } from './primitives.js';
import { scopeWord } from './scope-term.js';

/** In the file of somebody who decides for a patient: by which delegations, and the words for the tags that it may use. */
export const Acting = closedObject({
  /** None before the patient has appointed it. */
  path: Type.Union([DelegationPath, Type.Array(Id128, { maxItems: 0 })]),
  /** None: it is bounded to no records, and narrows to none. */
  scope: Type.Array(ScopeMeaning),
  /** When its power ends, and so what it grants or denies. */
  until: Type.Optional(Timestamp),
});
export type Acting = Static<typeof Acting>;

/** What a delegate gives to the patient: its key for this patient alone, with proof that it has it. */
export const DelegateCard = closedObject({
  patientId: PatientId,
  networkId: NetworkId,
  key: PublicKey,
  keyProof: Type.String(),
});
export type DelegateCard = Static<typeof DelegateCard>;

/** What the patient gives back. */
export const Appointment = closedObject({
  patientId: PatientId,
  path: DelegationPath,
  scope: Type.Array(ScopeMeaning),
  until: Timestamp,
});
export type Appointment = Static<typeof Appointment>;

export async function cardOf(key: PatientKey, networkId: string, iat: number): Promise<DelegateCard> {
  const { patientId, publicKey } = key;
  const proof = keyProofStatement({ patientId, networkId, publicKey, iat });
  return { patientId, networkId, key: toBase64url(publicKey), keyProof: await signStatement(proof, key) };
}

/** @throws SignerError `DELEGATE_REFUSED`: the card is for another patient or network, or does not prove its key */
export function checkCard(
  { patientId, networkId, key, keyProof }: DelegateCard,
  own: { readonly patientId: string; readonly networkId: string; readonly nowS: number },
): void {
  if (patientId !== own.patientId || networkId !== own.networkId)
    throw new SignerError('DELEGATE_REFUSED', `This key was made for ${patientId} on ${networkId}`);
  const raw = fromBase64url(key);
  try {
    const { payload } = checkStatement(keyProof, {
      ...{ typ: STATEMENTS.keyProof.typ, audience: networkId, issuer: patientId, verifier, now: own.nowS },
      publicKeyOf: (kid) => (kid === jwkThumbprint('Ed25519', raw, sha256) ? raw : undefined),
    });
    const { subject, key: proved } = payload.body as { readonly subject?: unknown; readonly key?: unknown };
    const isForAll = CHANNELS.every((channel) => payload.channels.includes(channel));
    if (subject === patientId && proved === key && isForAll) return;
  } catch (cause) {
    if (!(cause instanceof StatementError)) throw cause;
    throw new SignerError('DELEGATE_REFUSED', `The key is not proved: ${cause.message}`, { cause });
  }
  throw new SignerError('DELEGATE_REFUSED', 'The proof of the key is about something else');
}

/** @throws SignerError `DELEGATION_EXCEEDED` */
export function requireDelegable(name: Decision['name']): void {
  if (!STATEMENTS[name].signers.includes('delegate'))
    throw new SignerError('DELEGATION_EXCEEDED', `Only the patient signs a ${name}`);
}

/** A decision with the delegations by which it is signed. @throws SignerError `DELEGATION_EXCEEDED`, `NOT_APPOINTED` */
export function byDelegation<D extends Decision>(decision: D, { path }: Acting): D {
  requireDelegable(decision.name);
  if (path.length === 0)
    throw new SignerError(
      'NOT_APPOINTED',
      'The patient has not appointed you yet: `appointed` takes the file',
    );
  return { ...decision, body: { ...decision.body, path } };
}

/**
 * What a delegate's rule means: of the words that it was given those that it names, or all.
 * @throws SignerError `DELEGATION_EXCEEDED`: it has the tags of no others
 */
export function actingMeaning(
  { scope }: Acting,
  { scope: wanted = [], grantee = [], note }: Pick<GrantTerms, 'scope' | 'grantee' | 'note'>,
): GrantMeaning {
  if (grantee.length > 0)
    throw new SignerError('DELEGATION_EXCEEDED', 'A delegate narrows to nobody within an authority');
  const chosen = wanted.map((term) => {
    const found = scope.find((word) => termKey(word) === termKey(term));
    if (found !== undefined) return found;
    throw new SignerError('DELEGATION_EXCEEDED', `You were given no ${scopeWord(term)}`);
  });
  return {
    ...{ v: 1, scope: wanted.length === 0 ? [...scope] : chosen, grantee: [] },
    ...(note !== undefined && { note }),
  };
}
