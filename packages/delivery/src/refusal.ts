import type { COMMON_CODES, DENIAL_CODES, STATEMENT_CODES } from '@careledger/contracts';

/**
 * What the refusal of a version means to the one who delivers it.
 *
 * - `final`: no repetition changes it
 * - `again`: the same bytes may be taken later
 * - `premature`: what it lacks may still be on its way to that channel; for a grace like `again`, then like `final`
 * - `may-be-there`: an answer was lost, or somebody else was first; what the ledger has decides
 * - `other-provider`: a matter of this provider, another one may serve
 * - `ledger-away`: nobody has decided anything
 */
export type Meaning = 'final' | 'again' | 'premature' | 'may-be-there' | 'other-provider' | 'ledger-away';

/** A refusal by its code: the chaincode's, the provider's, or the HTTP status. */
export interface Refusal {
  readonly code: string;
  readonly meaning: Meaning;
}

/** A failed HTTP call, as `HttpClientError` of `service-kit` is one. */
export interface FailedCall {
  /** `REFUSED`: the server answered; `ABORTED`: by the caller's signal; anything else: no answer that can be used. */
  readonly code: string;
  readonly status: number | undefined;
  readonly transient: boolean;
  readonly problem: { readonly code: string; readonly [member: string]: unknown } | undefined;
}

type ItemCode =
  | (typeof STATEMENT_CODES)[number]
  | (typeof DENIAL_CODES)[number]
  | 'BATCH_DUPLICATE_SUBJECT'
  | 'PATIENT_UNKNOWN'
  | 'AUTHORITY_UNKNOWN'
  | 'AUTHOR_MISMATCH'
  | 'PROVIDER_MISMATCH'
  | 'RECORD_EXISTS'
  | 'RECORD_UNKNOWN'
  | 'VERSION_CONFLICT';
/** What the chaincode answers when ids, kinds and order of versions are checked. */
type VersionCode = 'VERSION_NOT_YET' | 'RECORD_ID_MISMATCH' | 'RECORD_KIND_CHANGED';
type LedgerCode = ItemCode | (typeof COMMON_CODES)[number] | VersionCode;

/** Grants, and what ends a denial, reach the two channels one after the other, and a narrower one may have come first. */
const DENIALS: Readonly<Record<(typeof DENIAL_CODES)[number], Meaning>> = {
  NO_GRANT: 'premature',
  GRANT_EXPIRED: 'premature',
  PURPOSE_NOT_GRANTED: 'premature',
  SCOPE_NOT_GRANTED: 'premature',
  DETAIL_NOT_GRANTED: 'premature',
  PERMISSION_NOT_GRANTED: 'premature',
  GRANTEE_MISMATCH: 'premature',
  DENIED_BY_RULE: 'premature',
  SCOPE_UNCONFIRMED: 'premature',
};

/** Every code with which the ledger refuses to store, revise or announce a version. */
const LEDGER_CODES: Readonly<Record<LedgerCode, Meaning>> = {
  ...DENIALS,
  BATCH_DUPLICATE_SUBJECT: 'again',
  STATEMENT_FROM_FUTURE: 'again',
  // The gateway registers its patients on both channels, however long it takes: giving up would lose the record.
  PATIENT_UNKNOWN: 'again',
  // The version before it is stored and will be announced.
  VERSION_NOT_YET: 'again',
  AUTHORITY_UNKNOWN: 'premature',
  // A registration or a rotation is on its way.
  STATEMENT_KEY_UNKNOWN: 'premature',
  // The version before it was stored, and this peer lags behind.
  RECORD_UNKNOWN: 'premature',
  RECORD_EXISTS: 'may-be-there',
  VERSION_CONFLICT: 'may-be-there',
  PROVIDER_MISMATCH: 'other-provider',
  // A matter of certificates or of what is installed: operators repair it, the statement stands.
  CALLER_REFUSED: 'other-provider',
  WRONG_CHANNEL: 'other-provider',
  FUNCTION_UNKNOWN: 'other-provider',
  ARGUMENT_INVALID: 'final',
  STATEMENT_MALFORMED: 'final',
  STATEMENT_TYPE_MISMATCH: 'final',
  STATEMENT_AUDIENCE_MISMATCH: 'final',
  STATEMENT_CHANNEL_MISMATCH: 'final',
  STATEMENT_SIGNATURE_INVALID: 'final',
  STATEMENT_TOO_LARGE: 'final',
  STATEMENT_ID_REUSED: 'final',
  STATEMENT_ISSUER_MISMATCH: 'final',
  AUTHOR_MISMATCH: 'final',
  RECORD_ID_MISMATCH: 'final',
  RECORD_KIND_CHANGED: 'final',
};

/** Codes of a provider's own that its status does not tell apart. */
const PROVIDER_CODES: Readonly<Record<'LEDGER_UNAVAILABLE' | 'RECIPIENT_MISSING', Meaning>> = {
  LEDGER_UNAVAILABLE: 'ledger-away',
  // Wrapped to a key that the provider's peer may not have yet.
  RECIPIENT_MISSING: 'premature',
};

/** Codes by name; those that are not here are judged by their status. */
export const MEANINGS: ReadonlyMap<string, Meaning> = new Map(
  Object.entries({ ...LEDGER_CODES, ...PROVIDER_CODES }),
);

/** Statuses with which a provider says that it is the request: malformed, in conflict, too large, refused. */
const FINAL_STATUSES: ReadonlySet<number> = new Set([400, 409, 413, 422]);

/** Codes of a ledger client's failure that mean that nobody answers. */
const AWAY: ReadonlySet<string> = new Set(['UNAVAILABLE', 'TIMEOUT', 'COMMIT_UNKNOWN', 'ENDORSEMENT_FAILED']);

/** What the ledger means with an item's code, or a transaction's. One that is not known here is a no like any other. */
export function refusalOfCode(code: string): Refusal {
  return { code, meaning: MEANINGS.get(code) ?? 'final' };
}

/** What a provider means with its answer, or with none. */
export function refusalOfCall(call: FailedCall): Refusal {
  if (call.code === 'ABORTED') return { code: call.code, meaning: 'again' };
  if (call.code !== 'REFUSED') return { code: call.code, meaning: 'other-provider' };
  const code = codeOf(call);
  // Without a problem it is not the provider's word, but that of something in between.
  const isAboutRequest = call.problem !== undefined && FINAL_STATUSES.has(call.status ?? 0);
  return { code, meaning: MEANINGS.get(code) ?? (isAboutRequest ? 'final' : 'other-provider') };
}

/** The chaincode's code where it refused, else the provider's own, else the status. */
function codeOf({ code, problem, status }: FailedCall): string {
  const reason = problem?.['reason'];
  return typeof reason === 'string' ? reason : (problem?.code ?? String(status ?? code));
}

/** Whether the ledger may take the same statement later, however long that takes. */
export const mayBeTakenLater = (code: string): boolean => refusalOfCode(code).meaning === 'again';

/** Whether what a refusal complains of may end by itself. */
export function mayEnd(code: string): boolean {
  const { meaning } = refusalOfCode(code);
  return meaning === 'again' || meaning === 'premature';
}

/** Whether a failure of the ledger's client means that nobody answers. */
export const isLedgerAway = ({ code }: { readonly code: string }): boolean => AWAY.has(code);

/** Out of reach, overloaded or broken: nothing is said about the request itself. */
export function isUnavailable({ code, status, transient }: FailedCall): boolean {
  if (code === 'ABORTED') return false;
  return code !== 'REFUSED' || transient || (status ?? 0) >= 500;
}

/** It is not taken yet: to be tried again, without anybody being away. */
export class NotYetError extends Error {
  override readonly name = 'NotYetError';

  constructor(
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(`The answer is ${code}: later`, options);
  }
}
