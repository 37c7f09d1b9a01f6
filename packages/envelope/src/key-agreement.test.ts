import { fromHex, toBase64url, utf8, x25519FromPrivate } from '@careledger/crypto';
import { loadVectors } from '@careledger/spec';
import type { VectorBody } from '@careledger/spec';
import { expect, test } from '@jest/globals';
import { TYP, decryptFrom, encryptTo } from './index.js';
import { jweUnder } from '../testing/jwe-under.js';

/** The files of type `x25519` in `spec/vectors/{valid,invalid}/crypto`; see spec/crypto.md. */
type Agreement = VectorBody & {
  readonly type: string;
  readonly privateKey: string;
  readonly publicKey: string;
  readonly sharedSecret?: string;
  readonly code?: string;
};
const agreements = (kind: 'valid' | 'invalid') =>
  loadVectors<Agreement>(kind, 'crypto').filter(({ type }) => type === 'x25519');

const CONTEXT = 'example';
const DATA = utf8('data');
const ZEROS = '00'.repeat(32);

/** What a sender with this ephemeral key seals to the private key. */
function sealed({ privateKey, publicKey, sharedSecret = ZEROS }: Agreement) {
  const recipient = x25519FromPrivate(fromHex(privateKey));
  const agreed = { ephemeralKey: fromHex(publicKey), sharedSecret: fromHex(sharedSecret) };
  const header = { typ: TYP.sealed, kid: recipient.kid, ctx: CONTEXT };
  return { recipient, blob: jweUnder(agreed, DATA, header) };
}

test.each(agreements('valid'))('$name: what is sealed under the agreed secret opens', async (vector) => {
  const { recipient, blob } = sealed(vector);
  expect(await decryptFrom(blob, recipient, { context: CONTEXT })).toEqual(DATA);
});

test.each(agreements('invalid'))('$name: a secret that everybody agrees on opens nothing', async (vector) => {
  const { recipient, blob } = sealed(vector);
  await expect(decryptFrom(blob, recipient, { context: CONTEXT })).rejects.toMatchObject({
    code: vector.code,
  });
});

test.each(agreements('invalid'))('$name: nothing is sealed to such a key', async ({ publicKey }) => {
  const key = fromHex(publicKey);
  await expect(encryptTo(key, DATA, { context: CONTEXT })).rejects.toMatchObject({
    code: 'RECIPIENT_KEY_INVALID',
  });
  const other = x25519FromPrivate(fromHex('11'.repeat(32)));
  expect(toBase64url(other.publicKey)).not.toBe(toBase64url(key));
  await expect(encryptTo([other.publicKey, key], DATA, { context: CONTEXT })).rejects.toMatchObject({
    code: 'RECIPIENT_KEY_INVALID',
  });
});
