import {
  acceptBatch,
  omit,
  sortable,
  type Evaluation,
  type Outcome,
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
import { permissionsOf, requireAuthor, type Permissions } from './authorship.js';
import { announcedVersions } from './families.js';
import { RecordIndex, type RecordFilter } from './record-index.js';

type Item = Verified<'announceRecord'>;

/** Every version. */
const index = new RecordIndex<AnnouncedRecordState>('announced', ['recordId', 'version']);

/** Touches no heads: an emergency does not wait for, or fail with, an anchor. */
export async function announceRecords(tx: Submission, { items }: Batch): Promise<Outcome<BatchResult>> {
  const { result, news } = await acceptBatch(tx, items, {
    names: ['announceRecord'],
    signers: findSigners,
    subjectOf: ({ body }) => body.patientId,
    prepare: (good) => permissionsOf(tx, good, ({ body }) => authorOf(tx, body)),
    apply: announce,
  });
  return { result, event: news.length > 0 ? { records: news } : undefined };
}

async function announce(
  tx: Submission,
  item: Item,
  permissions: Permissions | undefined,
): Promise<AnnouncedRecordState> {
  requireAuthor(item, permissions);
  const record = omit(item.body, 'purpose', 'granteeTags');
  const { patientId, recordId, version } = record;
  if (item.role === 'gateway') await requireOwnRecord(tx, item);
  const key = announcedVersions.at(patientId, recordId, sortable(version));
  if ((await tx.state.get(key)) !== undefined) throw new ContractError('RECORD_EXISTS');
  const announced = { ...record, author: item.iss, announcedAt: tx.at, txId: tx.txId };
  tx.state.put(key, announced);
  index.add(tx.state, announced, [recordId, sortable(version)]);
  return announced;
}

/** A patient's gateway continues its own records only. */
async function requireOwnRecord(tx: Submission, { iss, body }: Item): Promise<void> {
  const author = await authorOf(tx, body);
  if (author !== undefined && author !== iss) throw new ContractError('AUTHOR_MISMATCH');
}

/** Author of the record, if its first version was announced here. */
async function authorOf(
  { state }: Evaluation,
  { patientId, recordId, version }: { patientId: string; recordId: string; version: number },
): Promise<string | undefined> {
  if (version === 1) return undefined;
  return (await state.get(announcedVersions.at(patientId, recordId, sortable(1))))?.author;
}

export function listAnnouncements(tx: Evaluation, filter: RecordFilter) {
  return index.page(tx, filter, (patientId, [recordId = '', version = '']) =>
    tx.state.get(announcedVersions.at(patientId, recordId, version)),
  );
}
