import { keyProofStatement } from '@careledger/consent';
import type { StatementBody } from '@careledger/contracts';
import { fromBase64url, toBase64url } from '@careledger/crypto/portable';
import { patientIdOf } from '@careledger/domain';
import { signStatement } from '@careledger/statements/portable';
import { SignerError } from './errors.js';
import { decisionsOf, type JournalEntry } from './journal.js';
import { patientKey, type PatientKey } from './patient-key.js';
import { sha256 } from './primitives.js';
import type { VaultContent } from './vault.js';

/** A rotation of the consent key that has not come to its end. */
export interface OpenRotation {
  readonly newKey: PatientKey;
  /** What the key before it signed; undefined until it has. */
  readonly entry: JournalEntry | undefined;
}

/** Undefined where none was begun. */
export async function openRotation(content: VaultContent): Promise<OpenRotation | undefined> {
  const { nextSeed, patientId, journal } = content;
  if (nextSeed === undefined) return undefined;
  const newKey = await patientKey(fromBase64url(nextSeed), patientId);
  const isThis = (index: number) => appoints(decisionsOf(journal)[index], toBase64url(newKey.publicKey));
  return { newKey, entry: journal.findLast((_entry, index) => isThis(index)) };
}

const appoints = (decision: ReturnType<typeof decisionsOf>[number] | undefined, newKey: string): boolean =>
  decision?.name === 'rotatePatientKey' && decision.body.newKey === newKey;

/**
 * The key that signs: once the gateway has a rotation it takes nothing that is signed with the key before it.
 * @throws SignerError `VAULT_MALFORMED`: the key is another patient's
 */
export async function keyInForce(content: VaultContent): Promise<PatientKey> {
  const { consentSeed, firstKey, patientId } = content;
  const key = await patientKey(fromBase64url(consentSeed), patientId);
  const registered = firstKey === undefined ? key.publicKey : fromBase64url(firstKey);
  // A delegate's key is its own; of a recovered one other organisations know whose it is.
  const isOthersToSay = content.acting !== undefined || content.recovered === true;
  if (!isOthersToSay && patientIdOf(registered, sha256) !== patientId)
    throw new SignerError('VAULT_MALFORMED', `The key in this file is not that of ${patientId}`);
  const rotation = await openRotation(content);
  return rotation?.entry?.isTaken === true ? rotation.newKey : key;
}

/** What the key in force signs for the key that is to follow, which proves that it is there. */
export async function rotationBody(
  newKey: PatientKey,
  { networkId, iat }: { readonly networkId: string; readonly iat: number },
): Promise<StatementBody<'rotatePatientKey'>> {
  const { patientId, publicKey } = newKey;
  const newKeyProof = await signStatement(
    keyProofStatement({ patientId, networkId, publicKey, iat }),
    newKey,
  );
  return { use: 'consent', newKey: toBase64url(publicKey), newKeyProof };
}

/** The rotation has come to its end: the key before it is forgotten. */
export async function rotated(content: VaultContent): Promise<VaultContent> {
  const { consentSeed, nextSeed, ...kept } = content;
  if (nextSeed === undefined) return content;
  const former = await patientKey(fromBase64url(consentSeed), content.patientId);
  return { ...kept, firstKey: kept.firstKey ?? toBase64url(former.publicKey), consentSeed: nextSeed };
}
