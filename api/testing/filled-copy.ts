import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { sha256, toBase64url } from '@careledger/crypto';
import { recordIdOf, type Period } from '@careledger/domain';
import type { ApiConfig } from '../src/config.js';
import { CopyStore } from '../src/copies/copy-store.js';
import { rowsOfRecord } from '../src/copies/resource-rows.js';
import { KEY, openKeys } from '../src/keys.js';
import { SealedBox } from '../src/store/sealed-box.js';
import { STORE_FILE, SqliteStore } from '../src/store/store.js';

/** Records that one commit takes. */
const COMMIT_RECORDS = 5_000;
const SEED_BYTES = 32;

/** What a record of a patient's own gateway says, opened. */
export interface CopiedText {
  /** FHIR R4 JSON of a bundle. */
  readonly json: string;
  readonly period: Period;
}

/**
 * Fills the working copy of an api that is stopped, as its intake does once records were opened: by the same functions, into the
 * same store, under the same keys. The ledger knows nothing of these records.
 */
export async function fillCopy(
  { dataDir, keyPassphrase }: Pick<ApiConfig, 'dataDir' | 'keyPassphrase'>,
  patientId: string,
  texts: Iterable<CopiedText>,
): Promise<void> {
  await using keys = await openKeys(dataDir, keyPassphrase);
  const store = new SqliteStore(join(dataDir, STORE_FILE));
  const copies = new CopyStore(store, new SealedBox(keys.secret(KEY.store)));
  let waiting: CopiedText[] = [];
  const write = () =>
    store.commit(() => {
      for (const text of waiting) put(copies, patientId, text);
      waiting = [];
    });
  for (const text of texts) if (waiting.push(text) === COMMIT_RECORDS) await write();
  await write();
  await store.close();
}

function put(copies: CopyStore, patientId: string, { json, period }: CopiedText): void {
  const recordId = recordIdOf(
    { author: patientId, patientId, seed: toBase64url(randomBytes(SEED_BYTES)) },
    sha256,
  );
  const terms = { author: patientId, kind: 'periodic' as const, tagGroups: [], period };
  copies.put(
    { patientId, recordId, version: 1, ...terms },
    { storedAt: period.end, rows: rowsOfRecord(json, period) },
  );
}
