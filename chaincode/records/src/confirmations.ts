import {
  acceptBatch,
  sortable,
  type StateKey,
  type Outcome,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import {
  ContractError,
  TAG_CONFIRMATIONS_KEPT,
  type AnnouncedRecordState,
  type Batch,
  type BatchResult,
  type StoredRecordState,
} from '@careledger/contracts';
import { findSigners } from './access-control.js';
import { announcedVersions, storedVersions } from './families.js';

type Item = Verified<'confirmTags'>;
/** A version as one of the channels has it. */
type Version = Pick<StoredRecordState, 'patientId' | 'author' | 'manifestHash' | 'confirmations'>;
interface Named {
  readonly patientId: string;
  readonly recordId: string;
  readonly version: number;
}

/**
 * What versions by other authors hold, by the patient's gateway. It lies in the version's row on the channel, so that who
 * reads the row decides by it; the next version has a row of its own and nothing of this. A decision that it overtakes does
 * not commit.
 */
export async function confirmRecordTags(tx: Submission, { items }: Batch): Promise<Outcome<BatchResult>> {
  const { result, news } = await acceptBatch(tx, items, {
    names: ['confirmTags'],
    signers: findSigners,
    subjectOf: ({ body }) => body.patientId,
    apply: (itemTx, item) => confirm(itemTx, item),
  });
  return { result, event: news.length > 0 ? { records: news } : undefined };
}

function confirm(tx: Submission, item: Item): Promise<Named> {
  const { patientId, recordId, version } = item.body;
  const parts = [patientId, recordId, sortable(version)] as const;
  return tx.channel === 'cloud'
    ? put<StoredRecordState>(tx, item, storedVersions.at(...parts))
    : put<AnnouncedRecordState>(tx, item, announcedVersions.at(...parts));
}

async function put<Row extends Version>(
  tx: Submission,
  { iss, body }: Item,
  key: StateKey<Row>,
): Promise<Named> {
  const { patientId, recordId, version, manifestHash, ...found } = body;
  if (iss !== patientId) throw new ContractError('STATEMENT_ISSUER_MISMATCH');
  const row = await tx.state.get(key);
  if (row === undefined) throw new ContractError('RECORD_UNKNOWN');
  if (row.author === patientId)
    throw new ContractError('AUTHOR_MISMATCH', 'The patient’s own records need no confirmation.');
  if (row.manifestHash !== manifestHash) throw new ContractError('MANIFEST_MISMATCH');
  const { confirmations = [] } = row;
  const last = confirmations.at(-1)?.seq ?? 0;
  if (found.seq !== last + 1) throw new ContractError('CONFIRMATION_CONFLICT', undefined, { last });
  const confirmed = [...confirmations, { ...found, at: tx.at, txId: tx.txId }];
  tx.state.put(key, { ...row, confirmations: confirmed.slice(-TAG_CONFIRMATIONS_KEPT) });
  return { patientId, recordId, version };
}
