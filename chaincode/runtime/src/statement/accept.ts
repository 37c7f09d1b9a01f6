import type { BatchResult, ItemResult, StatementBody, StatementName } from '@careledger/contracts';
import { ContractError } from '@careledger/contracts';
import type { Submission } from '../transaction/transaction.js';
import { WriteBuffer } from '../state/write-buffer.js';
import { recall, recallAhead, remember, type Remembered } from './memory.js';
import { readAs, type ReadStatement } from './read.js';
import type { FindSigners } from './signers.js';
import { verifyAs, verifySelfSigned, type Verified } from './verify.js';

/** The kinds that a function takes, and whose keys count. */
export interface Intake<N extends StatementName> {
  readonly names: readonly N[];
  /** Where registered keys are looked up; or the member of the body that is the signing key, for registrations. */
  readonly signers: FindSigners | { readonly selfSignedBy: (body: StatementBody<N>) => string };
}

type Known<N extends StatementName> = {
  readonly read: ReadStatement<N>;
  readonly before: Remembered | undefined;
};
type Checked<N extends StatementName> =
  | { readonly error: ContractError; readonly sid: string | null }
  | { readonly repeated: Remembered; readonly read: ReadStatement<N>; readonly sid: string }
  | { readonly verified: Verified<N>; readonly sid: string };

/** What a statement did: nothing new, where it was carried before. */
export type Accepted<N extends StatementName> =
  | { readonly repeated: Remembered; readonly item: ItemResult; readonly read: ReadStatement<N> }
  | { readonly verified: Verified<N>; readonly item: ItemResult };

/**
 * Takes one statement: the same one again does nothing and answers with its first transaction; a good one is applied
 * and remembered. @throws ContractError
 */
export async function acceptOne<N extends StatementName>(
  tx: Submission,
  token: string,
  intake: Intake<N>,
  apply: (verified: Verified<N>) => Promise<void>,
): Promise<Accepted<N>> {
  const known = await recallOf(tx, readAs(token, intake.names));
  const { sid } = known.read.statement.payload;
  if (isRepeated(known)) {
    const repeated = known.before;
    return { repeated, item: { sid, code: 'OK', txId: repeated.txId }, read: known.read };
  }
  const [verified] = await verifyAll(tx, [known], intake);
  if (verified === undefined) throw new Error('One statement was asked about, none was answered.');
  if (verified instanceof ContractError) throw verified;
  await apply(verified);
  remember(tx.state, verified.statement, tx.txId);
  return { verified, item: { sid, code: 'OK', txId: tx.txId } };
}

export interface BatchHandler<N extends StatementName, Prepared, News> extends Intake<N> {
  /** Whom an item is about: two items about the same one do not go into one transaction. */
  readonly subjectOf: (verified: Verified<N>) => string;
  /** Asks for all good items at once what would cost a call each. */
  readonly prepare?: (verified: readonly Verified<N>[]) => Promise<Prepared>;
  /** Applies one item; its writes count only if it does not throw. Returns its part of the event. */
  readonly apply: (
    tx: Submission,
    verified: Verified<N>,
    prepared: Prepared | undefined,
  ) => Promise<News | undefined>;
}

/** What became of one statement of a batch: applied with its news, carried before, or refused. */
export interface Taken<N extends StatementName, News> {
  readonly item: ItemResult;
  readonly news?: News | undefined;
  /** The statement, where an earlier transaction carried it. */
  readonly repeated?: ReadStatement<N>;
}

/**
 * Takes many statements, each on its own: a bad one gets its code, writes nothing and sinks nobody else's.
 * @returns what became of each, in their order: the items of the result by themselves, and the news of those applied
 */
export async function acceptBatch<N extends StatementName, Prepared, News>(
  tx: Submission,
  tokens: readonly string[],
  handler: BatchHandler<N, Prepared, News>,
): Promise<{ result: BatchResult; news: News[]; taken: Taken<N, News>[] }> {
  const checked = await checkAll(tx, tokens, handler);
  const good = checked.flatMap((item) => ('verified' in item ? [item.verified] : []));
  const prepared = good.length > 0 ? await handler.prepare?.(good) : undefined;
  const applied = new Map<string, WriteBuffer>();
  const taken: Taken<N, News>[] = [];
  for (const item of checked) {
    const { sid } = item;
    if ('repeated' in item)
      taken.push({ item: { sid, code: 'OK', txId: item.repeated.txId }, repeated: item.read });
    else if ('error' in item) taken.push({ item: { sid, code: item.error.code, txId: tx.txId } });
    else taken.push(await applyItem(tx, item.verified, { handler, prepared, applied }));
  }
  for (const writes of applied.values()) writes.flushTo(tx.state);
  return {
    result: { items: taken.map(({ item }) => item) },
    news: taken.flatMap(({ news }) => (news === undefined ? [] : [news])),
    taken,
  };
}

/** A batch under way, beside which an item is applied. */
interface RunningBatch<N extends StatementName, Prepared, News> {
  readonly handler: BatchHandler<N, Prepared, News>;
  readonly prepared: Prepared | undefined;
  /** Writes of the items that were applied, by whom they are about. */
  readonly applied: Map<string, WriteBuffer>;
}

async function applyItem<N extends StatementName, Prepared, News>(
  tx: Submission,
  verified: Verified<N>,
  { handler, prepared, applied }: RunningBatch<N, Prepared, News>,
): Promise<Taken<N, News>> {
  const { sid } = verified;
  const subject = handler.subjectOf(verified);
  const writes = new WriteBuffer(tx.state);
  try {
    if (applied.has(subject)) throw new ContractError('BATCH_DUPLICATE_SUBJECT');
    const news = await handler.apply({ ...tx, state: writes }, verified, prepared);
    remember(writes, verified.statement, tx.txId);
    // No item sees another's writes, so none may undo them either (two patients' items by one authority and sid).
    for (const other of applied.values())
      if (writes.overlaps(other)) throw new ContractError('BATCH_DUPLICATE_SUBJECT');
    applied.set(subject, writes);
    return { item: { sid, code: 'OK', txId: tx.txId }, news };
  } catch (error) {
    if (error instanceof ContractError) return { item: { sid, code: error.code, txId: tx.txId } };
    throw error;
  }
}

async function checkAll<N extends StatementName>(
  tx: Submission,
  tokens: readonly string[],
  intake: Intake<N>,
): Promise<Checked<N>[]> {
  const checked: (Checked<N> | undefined)[] = [];
  const open: { readonly index: number; readonly known: Known<N> }[] = [];
  const all = tokens.map((token) => attempt(() => readAs(token, intake.names)));
  const readable = all.filter((read) => !(read instanceof ContractError));
  await recallAhead(
    tx.state,
    readable.map(({ statement }) => statement),
  );
  for (const [index, read] of all.entries()) {
    if (read instanceof ContractError) {
      checked[index] = { error: read, sid: null };
      continue;
    }
    const known = await recallOf(tx, read);
    const { sid } = read.statement.payload;
    if (isRepeated(known)) checked[index] = { repeated: known.before, read, sid };
    else open.push({ index, known });
  }
  const verified = await verifyAll(
    tx,
    open.map(({ known }) => known),
    intake,
  );
  for (const [openIndex, { index, known }] of open.entries()) {
    const { sid } = known.read.statement.payload;
    const answer = verified[openIndex];
    if (answer === undefined) throw new Error('A statement was left unanswered.');
    checked[index] = answer instanceof ContractError ? { error: answer, sid } : { verified: answer, sid };
  }
  return checked.filter((item) => item !== undefined);
}

/** Verifies those that are not repetitions. One look-up for all of them. */
async function verifyAll<N extends StatementName>(
  tx: Submission,
  open: readonly Known<N>[],
  { signers }: Intake<N>,
): Promise<(Verified<N> | ContractError)[]> {
  if (open.length === 0) return [];
  if (!(typeof signers === 'function'))
    return open.map((known) =>
      attempt(() => refuseReuse(known, verifySelfSigned(known.read, tx, signers.selfSignedBy))),
    );
  const queries = open.map(({ read: { statement } }) => ({
    iss: statement.payload.iss,
    kid: statement.header.kid,
  }));
  const answers = await signers(tx, queries);
  return open.map((known, index) => {
    const answer = answers[index];
    if (answer === undefined) throw new Error('A question about a signer was left unanswered.');
    return attempt(() => refuseReuse(known, verifyAs(known.read, tx, answer)));
  });
}

async function recallOf<N extends StatementName>(tx: Submission, read: ReadStatement<N>): Promise<Known<N>> {
  return { read, before: await recall(tx.state, read.statement) };
}

function isRepeated<N extends StatementName>(known: Known<N>): known is Known<N> & { before: Remembered } {
  return known.before?.hash === known.read.statement.hash;
}

/** Said only of what is signed: anybody can write another's statement id into a forgery. */
function refuseReuse<N extends StatementName>({ before }: Known<N>, verified: Verified<N>): Verified<N> {
  if (before !== undefined) throw new ContractError('STATEMENT_ID_REUSED', undefined, { txId: before.txId });
  return verified;
}

function attempt<Result>(act: () => Result): Result | ContractError {
  try {
    return act();
  } catch (error) {
    if (error instanceof ContractError) return error;
    throw error;
  }
}
