import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256, toBase64url } from '@careledger/crypto';
import { afterAll, describe, expect, test } from '@jest/globals';
import { FileBlobStore } from './file-blob-store.js';

const root = mkdtempSync(join(tmpdir(), 'careledger-blobs-'));
afterAll(() => rmSync(root, { recursive: true }));
const store = new FileBlobStore(root);
const blob = (text: string) => {
  const bytes = Buffer.from(text);
  return { bytes, hash: toBase64url(sha256(bytes)) };
};

describe('the blob store', () => {
  test('gives back what it took, and taking it again writes nothing', async () => {
    const { bytes, hash } = blob('ciphertext');
    await store.put(hash, bytes);
    await store.put(hash, bytes);
    expect(Buffer.from(await store.get(hash))).toEqual(bytes);
    expect(readdirSync(join(root, hash.slice(0, 2)))).toEqual([hash]);
  });

  test('a blob that is gone and a blob that was altered are told apart', async () => {
    const { bytes, hash } = blob('altered in the cloud');
    await expect(store.get(hash)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
    await store.put(hash, bytes);
    writeFileSync(join(root, hash.slice(0, 2), hash), 'something else');
    await expect(store.get(hash)).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
  });
});
