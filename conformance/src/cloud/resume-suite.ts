import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { statementHash } from '@careledger/statements';
import { describe, expect, test } from '@jest/globals';
import { blobPath, gatewayOf, type MadeVersion } from '../fixtures/providers/made-version.js';
import { problemOf } from '../fixtures/providers/problem-of.js';
import type { CloudFixture } from '../fixtures/providers/cloud-fixture.js';

/** What a provider makes of what a crash left half done: its store is set back while it is stopped. */
export function describeResuming(fixture: CloudFixture): void {
  /** As a crash leaves it before its receipt: the version is pending. */
  const setBack = ({ request, record, version }: MadeVersion): void => {
    const store = new DatabaseSync(join(fixture.providers.a.dataDir, 'provider.db'));
    store
      .prepare(
        `INSERT INTO pending (statement_hash, record_id, version, patient_id, issuer, msp_id, statement, manifest,
           wrap_set, wraps, accepted_at, ciphertext_sha256, size_bytes)
         SELECT ?, record_id, version, patient_id, patient_id, 'PatientsMSP', statement, manifest, wrap_set, wraps,
           '2026-05-05T12:00:00.000Z', ciphertext_sha256, 1 FROM versions WHERE record_id = ? AND version = ?`,
      )
      .run(statementHash(request.statement), record.recordId, version);
    store.prepare('DELETE FROM versions WHERE record_id = ?').run(record.recordId);
    store.close();
  };

  describe('a version that a crash interrupted', () => {
    test('is settled after the restart, with the transaction and the block that took it first', async () => {
      const { a } = fixture.providers;
      const patient = await fixture.newPatient();
      const made = await fixture.version(patient.id, gatewayOf(patient));
      const answer = await fixture.store(made);
      await a.stop();
      setBack(made);
      // Others’ blocks come after it.
      await fixture.newPatient();
      await a.start();
      const again = await fixture.store(made);
      expect(again).toEqual({ ...answer, receipt: expect.any(String) });
      expect(again.receipt).not.toBe(answer.receipt);
    });

    test('before its blob was written is given up, and taken when its author sends it again', async () => {
      const { a } = fixture.providers;
      const patient = await fixture.newPatient();
      const made = await fixture.version(patient.id, gatewayOf(patient));
      await fixture.store(made);
      await a.stop();
      setBack(made);
      rmSync(blobPath(a, made));
      await a.start();
      // Whoever sends it while it is given up is told so.
      const first = await problemOf(fixture.store(made));
      expect([undefined, 'BLOB_MISSING']).toContain(first['code']);
      expect((await fixture.store(made)).recordId).toBe(made.record.recordId);
      await fixture.decree('Grant', patient.grant('aut_hospital'));
      expect((await fixture.request(made, a)).record.ciphertext).toBe(made.request.ciphertext);
    });
  });
}
