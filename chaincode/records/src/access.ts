import {
  acceptBatch,
  pagedRows,
  type Evaluation,
  type Outcome,
  type PageRequest,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import {
  ContractError,
  PERMIT_RELEASE_WINDOW_S,
  type AccessBatch,
  type AccessBatchResult,
  type AccessState,
  type Decision,
  type TransactionArgs,
  type records,
} from '@careledger/contracts';
import { timestampOf } from '@careledger/domain';
import { findSigners } from './access-control.js';
import { accesses, accessesByRequester, accessesByTime } from './families.js';
import { putAccess } from './access-log.js';
import { judge, judgedOf, outlineOf, recordUnknown, type Judged } from './reading.js';

const MS_PER_S = 1000;

type Item = Verified<'accessRequest'>;

/**
 * Decides each request and writes the answer down, permit or denial. One request is decided once: the same statement
 * again, however late, returns what was written first. What is refused or denied takes nothing from the others.
 */
export async function requestAccess(
  tx: Submission,
  { items }: AccessBatch,
): Promise<Outcome<AccessBatchResult>> {
  const { providerId } = await tx.organisation();
  const { taken, news } = await acceptBatch(tx, items, {
    names: ['accessRequest'],
    signers: findSigners,
    subjectOf: ({ iss, body }) => [iss, body.patientId, body.recordId, body.version].join(),
    prepare: (good) => judge(tx, good),
    apply: async (itemTx, item, judged) => {
      requireRelay(item.body.relay, providerId);
      if (item.role !== 'authority' && item.iss !== item.body.patientId)
        throw new ContractError('STATEMENT_ISSUER_MISMATCH');
      const access = accessOf(tx, item, judgedOf(item, judged));
      putAccess(itemTx.state, access);
      return access;
    },
  });
  const answers: AccessBatchResult['items'] = [];
  for (const { item, news: access, repeated } of taken) {
    if (access !== undefined) answers.push({ ...item, access });
    else if (repeated === undefined) answers.push(item);
    else answers.push({ ...item, ...(await answerBefore(tx, repeated.statement.payload, providerId)) });
  }
  return { result: { items: answers }, event: news.length > 0 ? { accesses: news } : undefined };
}

/** What was written when the request came first; for its own relay alone. */
async function answerBefore(
  tx: Submission,
  { iss, sid, body }: { iss: string; sid: string; body: Readonly<Record<string, unknown>> },
  providerId: string | null,
): Promise<{ access: AccessState } | { code: string }> {
  if (body['relay'] !== providerId) return { code: 'RELAY_MISMATCH' };
  const named = { patientId: String(body['patientId']), requester: iss, requestSid: sid };
  return { access: await getAccess(tx, named) };
}

/** @throws ContractError `PERMIT_UNKNOWN` */
export async function getAccess(
  { state }: Evaluation,
  { patientId, requester, requestSid }: { patientId: string; requester: string; requestSid: string },
): Promise<AccessState> {
  const found = await state.get(accesses.at(patientId, requester, requestSid));
  if (found === undefined) throw new ContractError('PERMIT_UNKNOWN');
  return found;
}

export function listAccesses(
  { state }: Evaluation,
  args: AccessFilter & PageRequest,
): Promise<{ rows: AccessState[]; bookmark: string }> {
  const { patientId, requester, from, to } = args;
  const found = async (by: string, sid: string): Promise<AccessState | undefined> => {
    const access = await state.get(accesses.at(patientId, by, sid));
    return access !== undefined && isWanted(access, args) ? access : undefined;
  };
  if (requester !== undefined)
    return pagedRows(state, args, {
      ...{ prefix: accessesByRequester.under(patientId, requester), from, to },
      rowOf: ({ parts: [, , , sid = ''] }) => found(requester, sid),
    });
  return pagedRows(state, args, {
    ...{ prefix: accessesByTime.under(patientId), from, to },
    rowOf: ({ parts: [, , by = '', sid = ''] }) => found(by, sid),
  });
}

type AccessFilter = Omit<TransactionArgs<typeof records, 'ListAccesses'>, keyof PageRequest>;

const isWanted = (access: AccessState, { recordId, decision, requestSid, txId }: AccessFilter): boolean =>
  (recordId ?? access.recordId) === access.recordId &&
  (decision ?? access.decision) === access.decision &&
  (requestSid ?? access.requestSid) === access.requestSid &&
  (txId ?? access.txId) === access.txId;

/**
 * A permit is spent through the provider for which it was asked: another one neither gets it nor uses the request up.
 * @throws ContractError `RELAY_MISMATCH`
 */
function requireRelay(relay: string, submittedBy: string | null): void {
  if (submittedBy !== relay) throw new ContractError('RELAY_MISMATCH', undefined, { relay, submittedBy });
}

function accessOf(tx: Submission, item: Item, { found, decided }: Judged): AccessState {
  // A denial like any other, on record: who asks for what is not there is seen as well.
  const decision = found === undefined ? recordUnknown(decided) : decided;
  return {
    ...outlineOf(item, decision),
    basis: 'request',
    ...(found === undefined
      ? {}
      : { version: found.stored.version, releasingProviderId: found.stored.providerId }),
    throughProviderId: item.body.relay,
    at: tx.at,
    ...(decision.decision === 'permit' ? { releaseBefore: releaseBeforeOf(tx, decision) } : {}),
    txId: tx.txId,
  };
}

/** The end of the window, or of the grant if that comes first. */
function releaseBeforeOf({ atMs }: Submission, { until }: Decision): string {
  const windowMs = atMs + PERMIT_RELEASE_WINDOW_S * MS_PER_S;
  return timestampOf(until === undefined ? windowMs : Math.min(windowMs, Date.parse(until)));
}
