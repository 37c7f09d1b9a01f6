import type { AccessPage } from './access-page.js';

/** What can be wrong with a statement. */
export type DisclosureFaultCode =
  /** A file is no page: no Bundle, or its first entry is no proof that can be read. */
  | 'PROOF_MISSING'
  /** Too few organisations' peers signed the answer. */
  | 'PROOF_UNSIGNED'
  /** The Bundle says something else of itself than its proof. */
  | 'PAGE_CHANGED'
  /** The page before it, or the one after it, is not there. */
  | 'PAGE_MISSING'
  /** The page is of another patient, period or choice than the first one. */
  | 'PAGE_OTHER'
  /** The peers were asked before the period was over. */
  | 'PERIOD_NOT_OVER'
  /** A line says something else than the ledger. */
  | 'LINE_CHANGED'
  /** The ledger has an attempt that the page leaves out. */
  | 'LINE_MISSING'
  /** A line comes later than the ledger has it. */
  | 'LINE_MOVED'
  | 'LINE_REPEATED'
  /** A line is no attempt of this page. */
  | 'LINE_UNKNOWN';

export interface DisclosureFault {
  readonly code: DisclosureFaultCode;
  /** Both from 1: page as given, line as the page has it, or as the ledger has it where the page leaves it out. */
  readonly page: number;
  readonly line: number | null;
  /** For people. */
  readonly detail: string;
}

export interface DisclosureReport {
  readonly ok: boolean;
  /** Of whom, when and what, by the first page's proof; null where it has none. */
  readonly about: AccessPage['about'] | null;
  /** Attempts that the ledger has, over all pages. */
  readonly attempts: number;
  /** Organisations whose peers signed every page. */
  readonly endorsers: readonly string[];
  readonly faults: readonly DisclosureFault[];
}
