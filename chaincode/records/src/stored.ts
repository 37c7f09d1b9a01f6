import {
  acceptBatch,
  omit,
  sortable,
  type Evaluation,
  type Outcome,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import { ContractError, type Batch, type BatchResult, type StoredRecordState } from '@careledger/contracts';
import { findSigners } from './access-control.js';
import { permissionsOf, requireAuthor, type Permissions } from './authorship.js';
import { storedHeads, storedVersions, type StoredHead } from './families.js';
import { RecordIndex, type RecordFilter } from './record-index.js';

type Item = Verified<'storeRecord'>;
type ApplyVersion = (tx: Submission, item: Item, head: StoredHead | undefined) => Promise<StoredHead>;

/** Newest versions. */
const index = new RecordIndex<StoredRecordState>('stored', ['recordId']);

export const storeRecords = (tx: Submission, batch: Batch) => putVersions(tx, batch, firstVersion);
export const reviseRecords = (tx: Submission, batch: Batch) => putVersions(tx, batch, nextVersion);

async function putVersions(
  tx: Submission,
  { items }: Batch,
  apply: ApplyVersion,
): Promise<Outcome<BatchResult>> {
  const { providerId } = await tx.organisation();
  const { result, news } = await acceptBatch(tx, items, {
    names: ['storeRecord'],
    signers: findSigners,
    subjectOf: ({ body }) => body.patientId,
    prepare: (good) => permissionsOf(tx, good, ({ body }) => authorOf(tx, body)),
    apply: (itemTx, item, permissions) => putVersion(itemTx, item, providerId, permissions, apply),
  });
  return { result, event: news.length > 0 ? { records: news } : undefined };
}

async function putVersion(
  tx: Submission,
  item: Item,
  providerId: string | null,
  permissions: Permissions | undefined,
  apply: ApplyVersion,
): Promise<{ patientId: string; recordId: string; version: number }> {
  const { patientId, recordId, version } = item.body;
  if (item.body.providerId !== providerId) throw new ContractError('PROVIDER_MISMATCH');
  requireAuthor(item, permissions);
  const head = await apply(tx, item, await tx.state.get(storedHeads.at(patientId, recordId)));
  const stored = stateOf(tx, item);
  tx.state.put(storedHeads.at(patientId, recordId), head);
  tx.state.put(storedVersions.at(patientId, recordId, sortable(version)), stored);
  index.add(tx.state, stored, [recordId]);
  return { patientId, recordId, version };
}

async function firstVersion(_tx: Submission, { iss, body }: Item, head: StoredHead | undefined) {
  if (body.version !== 1 || body.prevVersionHash !== null)
    throw new ContractError(
      'VERSION_CONFLICT',
      'A first version is 1 and follows none; revise for the next.',
    );
  if (head !== undefined) throw new ContractError('RECORD_EXISTS');
  return { version: 1, author: iss };
}

async function nextVersion(tx: Submission, { iss, body, role }: Item, head: StoredHead | undefined) {
  const { patientId, recordId, version, prevVersionHash } = body;
  if (head === undefined) throw new ContractError('RECORD_UNKNOWN');
  if (role === 'gateway' && head.author !== iss) throw new ContractError('AUTHOR_MISMATCH');
  const newest = await getVersion(tx, patientId, recordId, head.version);
  if (version !== head.version + 1 || prevVersionHash !== newest.manifestHash)
    throw new ContractError('VERSION_CONFLICT', undefined, { newest: head.version });
  // Only the newest version is found by its period, which a revision may move.
  index.remove(tx.state, newest, [recordId]);
  return { ...head, version };
}

function stateOf(tx: Submission, { iss, body }: Item): StoredRecordState {
  return { ...omit(body, 'purpose', 'granteeTags'), author: iss, storedAt: tx.at, txId: tx.txId };
}

async function authorOf(
  { state }: Evaluation,
  { patientId, recordId, version }: { patientId: string; recordId: string; version: number },
): Promise<string | undefined> {
  return version === 1 ? undefined : (await state.get(storedHeads.at(patientId, recordId)))?.author;
}

async function getVersion(
  { state }: Evaluation,
  patientId: string,
  recordId: string,
  version: number,
): Promise<StoredRecordState> {
  const stored = await state.get(storedVersions.at(patientId, recordId, sortable(version)));
  if (stored === undefined) throw new ContractError('RECORD_UNKNOWN');
  return stored;
}

/** A version of a record, the newest unless named, and the record's author. @throws ContractError `RECORD_UNKNOWN` */
export async function findStored(
  tx: Evaluation,
  { patientId, recordId, version }: { patientId: string; recordId: string; version?: number },
): Promise<{ stored: StoredRecordState; author: string }> {
  const head = await tx.state.get(storedHeads.at(patientId, recordId));
  if (head === undefined) throw new ContractError('RECORD_UNKNOWN');
  return {
    stored: await getVersion(tx, patientId, recordId, version ?? head.version),
    author: head.author,
  };
}

export function listRecords(tx: Evaluation, filter: RecordFilter) {
  return index.page(tx, filter, async (patientId, [recordId = '']) => {
    const head = await tx.state.get(storedHeads.at(patientId, recordId));
    return head === undefined ? undefined : getVersion(tx, patientId, recordId, head.version);
  });
}
