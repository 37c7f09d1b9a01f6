import { fromBase64url, toBase64url } from '@careledger/crypto/portable';
import { patientIdOf } from '@careledger/domain';
import { openToOne } from '@careledger/envelope/portable';
import { SEALED_CONTEXT } from '@careledger/protocol/sealed';
import { ed25519 } from '@noble/curves/ed25519.js';
import type { ScopeKeyAnswer } from './answers.js';
import { SignerError } from './errors.js';
import { sha256 } from './primitives.js';
import type { VaultContent } from './vault.js';

const SCOPE_KEY_BYTES = 32;

/**
 * A recovered file with the scope key that the gateway has handed back: from now on it makes every rule. That the scope
 * key is the one by which records are tagged is the gateway's word, as the tags themselves are.
 * @throws SignerError `SCOPE_KEY_REFUSED`: for another key than the file's, or it does not open; `PATIENT_MISMATCH`
 */
export async function withScopeKey(
  content: VaultContent,
  { consentKey, firstKey, sealed }: ScopeKeyAnswer,
): Promise<VaultContent> {
  if (patientIdOf(fromBase64url(firstKey), sha256) !== content.patientId)
    throw new SignerError('PATIENT_MISMATCH', 'The gateway names another patient’s first key as yours');
  const seed = [content.consentSeed, content.nextSeed]
    .flatMap((each) => (each === undefined ? [] : [fromBase64url(each)]))
    .find((each) => toBase64url(ed25519.getPublicKey(each)) === consentKey);
  if (seed === undefined)
    throw refused('your new key is not in force at the gateway yet: take over first, then ask again');
  const opened = await openedBy(seed, sealed);
  if (opened.length !== SCOPE_KEY_BYTES) throw refused(`a scope key has ${SCOPE_KEY_BYTES} bytes`);
  const kept = { ...content };
  delete kept.recovered;
  return { ...kept, firstKey, scopeKey: toBase64url(opened) };
}

/** With the X25519 key that belongs to the consent key (RFC 7748 section 4.1). */
async function openedBy(seed: Uint8Array, sealed: string): Promise<Uint8Array> {
  const key = {
    publicKey: ed25519.utils.toMontgomery(ed25519.getPublicKey(seed)),
    privateKey: ed25519.utils.toMontgomerySecret(seed),
  };
  try {
    return await openToOne(sealed, key, { context: SEALED_CONTEXT.scopeKey, hash: sha256 });
  } catch (cause) {
    throw refused('it does not open', cause);
  }
}

const refused = (why: string, cause?: unknown): SignerError =>
  new SignerError('SCOPE_KEY_REFUSED', `The gateway hands back no scope key: ${why}`, { cause });
