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
import {
  ContractError,
  type AnnouncedRecordState,
  type Batch,
  type BatchResult,
} from '@careledger/contracts';
import { findSigners } from './access-control.js';
import {
  requireAuthorsRecord,
  requirePermission,
  weigh,
  weightOf,
  type Precedent,
  type Weighed,
} from './authorship.js';
import { announcedVersions } from './families.js';
import { RecordIndex, type RecordFilter } from './record-index.js';

type Item = Verified<'announceRecord'>;
type Weight = Weighed<AnnouncedRecordState>;

/** Every version. */
const index = new RecordIndex<AnnouncedRecordState>('announced', ['recordId', 'version']);

/** Touches no heads: an emergency does not wait for, or fail with, an anchor. */
export async function announceRecords(tx: Submission, { items }: Batch): Promise<Outcome<BatchResult>> {
  const { result, news } = await acceptBatch(tx, items, {
    names: ['announceRecord'],
    signers: findSigners,
    subjectOf: ({ body }) => body.patientId,
    prepare: async (good) => {
      await tx.state.readAhead(good.flatMap(({ body }) => keysOf(body)));
      return weigh(tx, good, ({ body }) => precedentOf(tx, body));
    },
    apply: (itemTx, item, weighed) => announce(itemTx, item, weightOf(item, weighed)),
  });
  return { result, event: news.length > 0 ? { records: news } : undefined };
}

async function announce(tx: Submission, item: Item, weight: Weight): Promise<AnnouncedRecordState> {
  const record = omit(item.body, 'purpose', 'granteeTags');
  const { patientId, recordId, version, prevVersionHash } = record;
  const { precedent } = weight;
  if (version > 1 && precedent === undefined) throw new ContractError('VERSION_NOT_YET');
  requireAuthorsRecord(item, precedent);
  const key = announcedVersions.at(patientId, recordId, sortable(version));
  if ((await tx.state.get(key)) !== undefined) throw new ContractError('RECORD_EXISTS');
  if (prevVersionHash !== (precedent?.row.manifestHash ?? null)) throw new ContractError('VERSION_CONFLICT');
  requirePermission(item, weight);
  const announced = { ...record, author: item.iss, announcedAt: tx.at, txId: tx.txId };
  tx.state.put(key, announced);
  index.add(tx.state, announced, [recordId, sortable(version)]);
  return announced;
}

/** Of itself, the version before and the first one. */
function keysOf({ patientId, recordId, version }: Item['body']): StateKey<AnnouncedRecordState>[] {
  const versions = new Set([1, Math.max(1, version - 1), version]);
  return [...versions].map((each) => announcedVersions.at(patientId, recordId, sortable(each)));
}

/** The version before, if it was announced here; then the first one was, too, and says who made the record. */
async function precedentOf(
  tx: Evaluation,
  { patientId, recordId, version }: { patientId: string; recordId: string; version: number },
): Promise<Precedent<AnnouncedRecordState> | undefined> {
  if (version === 1) return undefined;
  const row = await lookUp(tx, { patientId, recordId, version: version - 1 });
  const first = row?.version === 1 ? row : await lookUp(tx, { patientId, recordId, version: 1 });
  return row === undefined || first === undefined ? undefined : { row, author: first.author };
}

const lookUp = (
  { state }: Evaluation,
  { patientId, recordId, version }: { patientId: string; recordId: string; version: number },
): Promise<AnnouncedRecordState | undefined> =>
  state.get(announcedVersions.at(patientId, recordId, sortable(version)));

/** @throws ContractError `RECORD_UNKNOWN` */
export async function getAnnouncement(
  tx: Evaluation,
  named: { patientId: string; recordId: string; version: number },
): Promise<AnnouncedRecordState> {
  const found = await lookUp(tx, named);
  if (found === undefined) throw new ContractError('RECORD_UNKNOWN');
  return found;
}

export function listAnnouncements(tx: Evaluation, filter: RecordFilter) {
  return index.page(tx, filter, (patientId, [recordId = '', version = '']) =>
    tx.state.get(announcedVersions.at(patientId, recordId, version)),
  );
}
