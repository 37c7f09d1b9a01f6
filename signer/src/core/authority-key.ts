import { fromBase64url } from '@careledger/crypto/portable';
import type { AuthorityAnswer } from './answers.js';
import { SignerError } from './errors.js';

/** X25519 keys of authorities (raw, base64url) that the patient has from the authorities themselves, by authority ID. */
export type TrustedKeys = Readonly<Record<string, string>>;

/**
 * The key to which a grant's meaning is sealed. The gateway's word is held against the keys that the patient has from
 * another source: whoever gave a key of its own would read what is meant for the authority.
 * @throws SignerError `AUTHORITY_MISMATCH`, `AUTHORITY_KEY_UNPROVED`, `AUTHORITY_KEY_SWAPPED`
 */
export function checkAuthorityKey(
  trusted: TrustedKeys,
  authorityId: string,
  answer: AuthorityAnswer,
): Uint8Array {
  if (answer.authorityId !== authorityId)
    throw new SignerError(
      'AUTHORITY_MISMATCH',
      `The gateway answers for ${answer.authorityId}, not ${authorityId}`,
    );
  const key = Object.hasOwn(trusted, authorityId) ? trusted[authorityId] : undefined;
  if (key === undefined)
    throw new SignerError(
      'AUTHORITY_KEY_UNPROVED',
      `Nobody but the gateway vouches for the key ${answer.encryptionKey} of ${authorityId}: compare it with the one that ` +
        `${authorityId} publishes, then say: trust ${authorityId} ${answer.encryptionKey} (or trust ${authorityId} --from its address)`,
    );
  if (key !== answer.encryptionKey)
    throw new SignerError(
      'AUTHORITY_KEY_SWAPPED',
      `The gateway gives ${answer.encryptionKey} as the key of ${authorityId}, and you trust ${key}. Ask ${authorityId} ` +
        'whether it has a new one',
    );
  return fromBase64url(key);
}
