import { acceptBatch, type Outcome, type Submission, type Verified } from '@careledger/chaincode-runtime';
import {
  ContractError,
  type AccessState,
  type Batch,
  type BatchResult,
  type Decision,
  type DenialCode,
} from '@careledger/contracts';
import { decideAll, findSigners } from './access-control.js';
import { putAccess } from './access-log.js';
import { outlineOf, questionOf, recordUnknown } from './reading.js';
import { lookUpVersion, type FoundVersion } from './stored.js';

type Item = Verified<'noticeReading'>;

/** What the ledger says to a reading; the decision is null where the patient is unknown. */
interface Judged {
  readonly found: FoundVersion | undefined;
  readonly decided: Decision | null;
}

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
      const access = accessOf(itemTx, item, judged?.get(item.statement.hash));
      putAccess(itemTx.state, access);
      return access;
    },
  });
  return { result, event: news.length > 0 ? { accesses: news } : undefined };
}

/** One question for all of them, by statement hash. */
async function judge(tx: Submission, items: readonly Item[]): Promise<ReadonlyMap<string, Judged>> {
  const found: (FoundVersion | undefined)[] = [];
  for (const { body } of items) found.push(await lookUpVersion(tx, body));
  const decisions = await decideAll(
    tx,
    items.map((item, index) => questionOf(item, found[index])),
  );
  return new Map(
    items.map(({ statement }, index) => [
      statement.hash,
      { found: found[index], decided: decisions[index] ?? null },
    ]),
  );
}

function accessOf(tx: Submission, item: Item, judged: Judged | undefined): AccessState {
  if (judged === undefined || judged.decided === null) throw new ContractError('PATIENT_UNKNOWN');
  const { found, decided } = judged;
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
