import { ProblemError } from '@careledger/service-kit';
import type { NamedVersion, ShownRecord } from './access-service.js';
import { codeOf } from './refusals.js';

/** Versions that were asked for, and what became of each. */
export interface OpenedPage {
  readonly found: readonly NamedVersion[];
  readonly opened: readonly PromiseSettledResult<ShownRecord>[];
  readonly next: string | null;
}

/** Transactions with the permits of what is shown: one, unless another provider had to be asked for some. */
export const permitsOf = ({ opened }: OpenedPage): string[] => [
  ...new Set(opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value.access.txId] : []))),
];

/** The page as JSON text, each record within it byte for byte as its author wrote it. */
export function answerTextOf({ found, opened, next }: OpenedPage): string {
  const rows = found.map((named, index) => rowOf(named, opened[index]));
  return `{"records":[${rows.join(',')}],"next":${JSON.stringify(next)}}`;
}

function rowOf(
  { recordId, version, stored }: NamedVersion,
  outcome: PromiseSettledResult<ShownRecord> | undefined,
): string {
  const { kind, period } = stored ?? {};
  const about = { recordId, version, kind, period };
  if (outcome?.status === 'fulfilled') {
    const { json } = outcome.value;
    const shown = JSON.stringify({ ...about, problem: null });
    return `${shown.slice(0, -1)},"content":${json}}`;
  }
  const error: unknown = outcome?.reason;
  return JSON.stringify({ ...about, problem: problemOf(error), content: null });
}

/** Says as much as the problem of a single open says. */
function problemOf(error: unknown): { code: string; detail: string; reason: string | null } {
  if (!(error instanceof ProblemError))
    return { code: codeOf(error), detail: 'Nothing is shown', reason: null };
  const { reason } = error.members;
  return { code: error.code, detail: error.message, reason: typeof reason === 'string' ? reason : null };
}
