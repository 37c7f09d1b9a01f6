import { fromBase64url, toBase64url } from '@careledger/crypto';
import { beforeEach, expect, test } from '@jest/globals';
import { scopeKeyFor } from '../../testing/scope-key-for.js';
import { ConsentSigner, newContent, newRecoveredContent, type VaultContent } from './index.js';
import { withScopeKey } from './recovered.js';

const scopeKey = new Uint8Array(32).fill(7);

let content: VaultContent;
/** Of the file that was lost, and of the one that is to follow. */
let [firstKey, newKey]: Uint8Array[] = [];
beforeEach(async () => {
  const former = await ConsentSigner.of(await newContent('devnet'));
  content = newRecoveredContent('devnet', former.key.patientId);
  firstKey = former.key.publicKey;
  newKey = (await ConsentSigner.of(content)).key.publicKey;
});

const answer = (to = newKey, of = scopeKey) =>
  scopeKeyFor(toBase64url(to!), { firstKey: firstKey!, scopeKey: of });

test('the scope key that is handed back is kept, with the first key, and the file is one like any other', async () => {
  const kept = await withScopeKey(content, await answer());
  expect(kept).not.toHaveProperty('recovered');
  expect(fromBase64url(kept.scopeKey)).toEqual(scopeKey);
  expect((await ConsentSigner.of(kept)).key.publicKey).toEqual(newKey);
});

test('what is handed back for another key, another patient, or is no scope key, is refused', async () => {
  const [honest, foreign] = [await answer(), await answer(firstKey)];
  const refused = { code: 'SCOPE_KEY_REFUSED' };
  await expect(withScopeKey(content, foreign)).rejects.toMatchObject(refused);
  await expect(withScopeKey(content, { ...honest, sealed: foreign.sealed })).rejects.toMatchObject(refused);
  const short = await answer(newKey, new Uint8Array(31));
  await expect(withScopeKey(content, short)).rejects.toMatchObject(refused);
  const others = { ...honest, firstKey: toBase64url(newKey!) };
  await expect(withScopeKey(content, others)).rejects.toMatchObject({ code: 'PATIENT_MISMATCH' });
});
