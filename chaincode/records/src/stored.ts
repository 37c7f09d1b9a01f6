import {
  acceptBatch,
  omit,
  sortable,
  type Evaluation,
  type Outcome,
  type StateKey,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import { ContractError, type Batch, type BatchResult, type StoredRecordState } from '@careledger/contracts';
import { findSigners } from './access-control.js';
import {
  requireAuthorsRecord,
  requirePermission,
  weigh,
  weightOf,
  type Precedent,
  type Weighed,
} from './authorship.js';
import { storedHeads, storedVersions, wrapHolders, type StoredHead } from './families.js';
import { RecordIndex, type RecordFilter } from './record-index.js';
import { noteHolder } from './wrap-attestations.js';

type Item = Verified<'storeRecord'>;
type Weight = Weighed<StoredRecordState>;
type ApplyVersion = (tx: Submission, item: Item, weight: Weight) => Promise<StoredHead>;

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
    prepare: async (good) => {
      await tx.state.readAhead(good.flatMap(({ body }) => keysOf(body)));
      return weigh(tx, good, ({ body }) => precedentOf(tx, body));
    },
    apply: (itemTx, item, weighed) => {
      if (item.body.providerId !== providerId) throw new ContractError('PROVIDER_MISMATCH');
      return putVersion(itemTx, item, weightOf(item, weighed), apply);
    },
  });
  return { result, event: news.length > 0 ? { records: news } : undefined };
}

/** What every version asks for. */
const keysOf = ({ patientId, recordId, providerId }: Item['body']): StateKey<unknown>[] => [
  storedHeads.at(patientId, recordId),
  wrapHolders.at(patientId, providerId),
];

async function putVersion(
  tx: Submission,
  item: Item,
  weight: Weight,
  apply: ApplyVersion,
): Promise<{ patientId: string; recordId: string; version: number }> {
  const { patientId, recordId, version, providerId } = item.body;
  const head = await apply(tx, item, weight);
  requirePermission(item, weight);
  const stored = stateOf(tx, item);
  await noteHolder(tx, patientId, providerId);
  tx.state.put(storedHeads.at(patientId, recordId), head);
  tx.state.put(storedVersions.at(patientId, recordId, sortable(version)), stored);
  index.add(tx.state, stored, [recordId]);
  return { patientId, recordId, version };
}

async function firstVersion(tx: Submission, item: Item): Promise<StoredHead> {
  const { iss, body } = item;
  if (body.version !== 1 || body.prevVersionHash !== null)
    throw new ContractError(
      'VERSION_CONFLICT',
      'A first version is 1 and follows none; revise for the next.',
    );
  requireAuthorsRecord(item, undefined);
  if ((await tx.state.get(storedHeads.at(body.patientId, body.recordId))) !== undefined)
    throw new ContractError('RECORD_EXISTS');
  return { version: 1, author: iss };
}

async function nextVersion(tx: Submission, item: Item, { precedent }: Weight): Promise<StoredHead> {
  const { recordId, version, prevVersionHash } = item.body;
  if (version === 1) throw new ContractError('VERSION_CONFLICT', 'A first version is stored, not revised.');
  if (precedent === undefined) throw new ContractError('RECORD_UNKNOWN');
  requireAuthorsRecord(item, precedent);
  const { row: newest, author } = precedent;
  if (version !== newest.version + 1 || prevVersionHash !== newest.manifestHash)
    throw new ContractError('VERSION_CONFLICT', undefined, { newest: newest.version });
  // Only the newest version is found by its period, which a revision may move.
  index.remove(tx.state, newest, [recordId]);
  return { version, author };
}

function stateOf(tx: Submission, { iss, body }: Item): StoredRecordState {
  return { ...omit(body, 'purpose', 'granteeTags'), author: iss, storedAt: tx.at, txId: tx.txId };
}

/** The newest version, whatever the item says that it follows. */
async function precedentOf(
  tx: Evaluation,
  { patientId, recordId, version }: { patientId: string; recordId: string; version: number },
): Promise<Precedent<StoredRecordState> | undefined> {
  if (version === 1) return undefined;
  const found = await lookUpStored(tx, { patientId, recordId });
  return found === undefined ? undefined : { row: found.stored, author: found.author };
}

/** A version of a record. */
export interface FoundVersion {
  readonly stored: StoredRecordState;
}

/** The same, and who made the record. */
export interface FoundRecord extends FoundVersion {
  readonly author: string;
}

/**
 * A named version, by its own key alone, which only a confirmation of its tags changes: no next version overtakes who reads
 * it. Undefined where it is not stored.
 */
export async function lookUpVersion(
  { state }: Evaluation,
  { patientId, recordId, version }: { patientId: string; recordId: string; version: number },
): Promise<FoundVersion | undefined> {
  const stored = await state.get(storedVersions.at(patientId, recordId, sortable(version)));
  return stored === undefined ? undefined : { stored };
}

/** The version, the newest unless named; undefined where it is not stored. */
async function lookUpStored(
  { state }: Evaluation,
  { patientId, recordId, version }: { patientId: string; recordId: string; version?: number },
): Promise<FoundRecord | undefined> {
  const head = await state.get(storedHeads.at(patientId, recordId));
  if (head === undefined) return undefined;
  const stored = await state.get(storedVersions.at(patientId, recordId, sortable(version ?? head.version)));
  return stored === undefined ? undefined : { stored, author: head.author };
}

/** The same for those who asked for it. @throws ContractError `RECORD_UNKNOWN` */
export async function getRecord(
  tx: Evaluation,
  named: { patientId: string; recordId: string; version?: number },
): Promise<StoredRecordState> {
  const found = await lookUpStored(tx, named);
  if (found === undefined) throw new ContractError('RECORD_UNKNOWN');
  return found.stored;
}

export function listRecords(tx: Evaluation, filter: RecordFilter) {
  return index.page(tx, filter, async (patientId, [recordId = '']) => {
    const newest = await lookUpStored(tx, { patientId, recordId });
    return newest?.stored;
  });
}
