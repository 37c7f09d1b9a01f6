import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256, toBase64url } from '@careledger/crypto';
import { openDatabase, type Database } from '@careledger/service-kit';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FileBlobStore } from '../blobs/file-blob-store.js';
import { HeldVersionStore } from '../store/held-version-store.js';
import { migrations } from '../store/migrations.js';
import { PendingStore, type PendingVersion } from './pending-store.js';

const ciphertext = Buffer.from('ciphertext');
const ciphertextSha256 = toBase64url(sha256(ciphertext));
const version = (statementHash: string, body: Partial<PendingVersion> = {}): PendingVersion => ({
  statementHash,
  recordId: 'rec_a',
  version: 1,
  patientId: 'pat_a',
  issuer: 'pat_a',
  mspId: 'PatientsMSP',
  statement: `statement ${statementHash}`,
  manifest: `manifest ${statementHash}`,
  wrapSet: 'set',
  wraps: ['wrap'],
  acceptedAt: '2026-05-05T12:00:00.000Z',
  ciphertextSha256,
  sizeBytes: 100,
  ...body,
});
const quota = { versionsMax: 3, bytesMax: 1_000 };
const settlement = { txId: 'f'.repeat(64), blockNumber: 7, receipt: 'receipt', acceptance: 'acceptance' };

let dir: string;
let database: Database;
let blobs: FileBlobStore;
let pending: PendingStore;
let versions: HeldVersionStore;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'careledger-provider-'));
  database = openDatabase({ path: join(dir, 'provider.db'), migrations });
  blobs = new FileBlobStore(join(dir, 'blobs'));
  pending = new PendingStore(database, blobs);
  versions = new HeldVersionStore(database);
});
afterEach(() => {
  database.close();
  rmSync(dir, { recursive: true });
});

describe('of several for one version of a record', () => {
  test('the one that the ledger took is settled, not the one that came last', async () => {
    await pending.keep(version('honest'), quota);
    await pending.keep(version('attacker', { issuer: 'aut_lab', mspId: 'LabMSP' }), quota);
    await pending.settle('honest', settlement);
    expect(versions.find('rec_a', 1)).toMatchObject({ manifest: 'manifest honest', receipt: 'receipt' });
    expect(pending.hashes()).toEqual(['attacker']);
  });

  test('one that is held stays when another is settled for the same version', async () => {
    for (const hash of ['first', 'again']) await pending.keep(version(hash), quota);
    await pending.settle('first', settlement);
    await pending.settle('again', { ...settlement, receipt: 'another receipt' });
    expect(versions.find('rec_a', 1)).toMatchObject({ manifest: 'manifest first', receipt: 'receipt' });
    expect(pending.hashes()).toEqual([]);
  });
});

describe('the blob of a version that is given up', () => {
  test('goes with the last version that refers to it', async () => {
    for (const hash of ['a', 'b']) await pending.keep(version(hash), quota);
    await blobs.put(ciphertextSha256, ciphertext);
    pending.drop(version('a'));
    expect(await blobs.has(ciphertextSha256)).toBe(true);
    pending.drop(version('b'));
    expect(await blobs.has(ciphertextSha256)).toBe(false);
  });

  test('stays while a held version refers to it: a refused PUT of somebody’s ciphertext takes nothing from them', async () => {
    await pending.keep(version('held'), quota);
    await blobs.put(ciphertextSha256, ciphertext);
    await pending.settle('held', settlement);
    await pending.keep(version('refused', { recordId: 'rec_b', mspId: 'LabMSP' }), quota);
    pending.drop(version('refused'));
    expect(Buffer.from(await blobs.get(ciphertextSha256))).toEqual(ciphertext);
  });

  test('given up while another PUT of the same bytes is under way is there when that one ends', async () => {
    await pending.keep(version('refused'), quota);
    await blobs.put(ciphertextSha256, ciphertext);
    // What a PUT does: first it refers to the blob, then it writes it, or sees that it is there.
    await pending.keep(version('other', { recordId: 'rec_b' }), quota);
    const written = blobs.put(ciphertextSha256, ciphertext);
    pending.drop(version('refused'));
    await written;
    expect(await blobs.has(ciphertextSha256)).toBe(true);
  });

  test('is written again by a PUT that begins after it was given up', async () => {
    await pending.keep(version('refused'), quota);
    await blobs.put(ciphertextSha256, ciphertext);
    pending.drop(version('refused'));
    await pending.keep(version('other'), quota);
    await blobs.put(ciphertextSha256, ciphertext);
    expect(await blobs.has(ciphertextSha256)).toBe(true);
  });
});

describe('one organisation that fills a provider', () => {
  test('is stopped at its own number of versions, and stops nobody else', async () => {
    const kept = await Promise.all(
      ['a', 'b', 'c', 'd'].map((hash) => pending.keep(version(hash, { mspId: 'LabMSP' }), quota)),
    );
    expect(kept).toEqual([true, true, true, false]);
    expect(await pending.keep(version('own'), quota)).toBe(true);
    pending.drop(version('a'));
    expect(await pending.keep(version('d', { mspId: 'LabMSP' }), quota)).toBe(true);
  });

  test('is stopped at its own number of bytes, and may send again what is on its way', async () => {
    expect(await pending.keep(version('a', { sizeBytes: 900 }), quota)).toBe(true);
    expect(await pending.keep(version('b', { sizeBytes: 101 }), quota)).toBe(false);
    expect(await pending.keep(version('a', { sizeBytes: 900 }), quota)).toBe(true);
    expect(pending.hashes()).toEqual(['a']);
  });
});
