import { acceptBatch, type Outcome, type Submission, type Verified } from '@careledger/chaincode-runtime';
import type { AccessState, Batch, BatchResult, Decision, DenialCode } from '@careledger/contracts';
import { findSigners } from './access-control.js';
import { putAccess } from './access-log.js';
import { judge, judgedOf, outlineOf, recordUnknown, type Judged } from './reading.js';
import type { FoundVersion } from './stored.js';

type Item = Verified<'noticeReading'>;

/**
 * Writes down what authorities say that they have shown of direct notices, and what the ledger says to it now. It trusts
 * no time but its own: `readAt` stands beside the decision, for the patient to judge.
 */
export async function reportReadings(tx: Submission, { items }: Batch): Promise<Outcome<BatchResult>> {
  const { result, news } = await acceptBatch(tx, items, {
    names: ['noticeReading'],
    signers: findSigners,
    subjectOf: ({ body }) => body.patientId,
    prepare: (good) => judge(tx, good),
    apply: async (itemTx, item, judged) => {
      const access = accessOf(itemTx, item, judgedOf(item, judged));
      putAccess(itemTx.state, access);
      return access;
    },
  });
  return { result, event: news.length > 0 ? { accesses: news } : undefined };
}

function accessOf(tx: Submission, item: Item, { found, decided }: Judged): AccessState {
  const isStored = found !== undefined && found.stored.manifestHash === item.body.manifestHash;
  return {
    ...outlineOf(item, answerTo(item, found, decided)),
    basis: 'notice',
    ...(isStored ? { version: found.stored.version } : {}),
    at: tx.at,
    readAt: item.body.readAt,
    txId: tx.txId,
  };
}

/** Denials of what is not stored that its content could turn into permits. */
const DEPENDS_ON_CONTENT: ReadonlySet<string> = new Set<DenialCode>([
  'SCOPE_NOT_GRANTED',
  'SCOPE_UNCONFIRMED',
]);

/**
 * Of a version that is stored with this manifest: the decision. Stored with another one: what was shown is not on record.
 * Not stored, which an outage can bring about: what the policy says of any record whatever it holds, a grant without scope
 * and no denial, or the reason why there is none; where it depends on what the record holds, that is unknown.
 */
function answerTo({ body }: Item, found: FoundVersion | undefined, decided: Decision): Decision {
  if (found !== undefined)
    return found.stored.manifestHash === body.manifestHash ? decided : recordUnknown(decided);
  return DEPENDS_ON_CONTENT.has(decided.reason) ? recordUnknown(decided) : decided;
}
