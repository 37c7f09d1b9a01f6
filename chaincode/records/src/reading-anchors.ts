import {
  acceptOne,
  pagedRows,
  type Evaluation,
  type Outcome,
  type PageRequest,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import {
  ContractError,
  type EventPayload,
  type ItemResult,
  type ReadingAnchorState,
} from '@careledger/contracts';
import { findSigners } from './access-control.js';
import { readingAnchors } from './families.js';

type News = EventPayload<'ReadingsAnchored'>;

/** By the authority itself: nobody else spends the day for it. */
export async function anchorReadings(
  tx: Submission,
  { statement }: { readonly statement: string },
): Promise<Outcome<ItemResult>> {
  let news: News | undefined;
  const intake = { names: ['anchorReadings'] as const, signers: findSigners };
  const { item } = await acceptOne(tx, statement, intake, async (verified) => {
    if (verified.mspId !== tx.caller.mspId)
      throw new ContractError('STATEMENT_ISSUER_MISMATCH', 'The log is of another authority.');
    news = await anchor(tx, verified);
  });
  return { result: item, event: news };
}

/** Undefined where the day is anchored with this hash already. @throws ContractError `READINGS_NOT_OVER`, `READINGS_ANCHORED` */
async function anchor(
  tx: Submission,
  { iss: authorityId, body: { day, hash } }: Verified<'anchorReadings'>,
): Promise<News | undefined> {
  if (!isOver(day, tx.atMs)) throw new ContractError('READINGS_NOT_OVER');
  const key = readingAnchors.at(authorityId, day);
  const before = await tx.state.get(key);
  if (before !== undefined && before.hash !== hash) throw new ContractError('READINGS_ANCHORED');
  if (before !== undefined) return undefined;
  tx.state.put(key, { authorityId, day, hash, anchoredAt: tx.at, txId: tx.txId });
  return { authorityId, day, hash };
}

const DAY_MS = 24 * 60 * 60_000;

/** Whether a day of the calendar, UTC, is over: there is no 30 February, whatever `Date.parse` makes of it. */
function isOver(day: string, atMs: number): boolean {
  const startMs = Date.parse(`${day}T00:00:00Z`);
  const isDay = !Number.isNaN(startMs) && new Date(startMs).toISOString().startsWith(day);
  return isDay && startMs + DAY_MS <= atMs;
}

export function listReadingAnchors(
  { state }: Evaluation,
  {
    authorityId,
    ...range
  }: { readonly authorityId: string; readonly from?: string; readonly to?: string } & PageRequest,
): Promise<{ rows: ReadingAnchorState[]; bookmark: string }> {
  const { from, to, ...page } = range;
  return pagedRows(state, page, {
    ...{ prefix: readingAnchors.under(authorityId), from, to },
    rowOf: ({ value }) => value,
  });
}
