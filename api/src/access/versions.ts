import { PAGE_MAX_ROWS, records, type StoredRecordState } from '@careledger/contracts';
import { orUndefined } from '@careledger/ledger';
import { onLedger } from '@careledger/ledger/service';
import { isDetailKind, termsOnRecord } from '@careledger/policy';
import { problem } from '../problems.js';
import type { KnownScopes } from '../policy/known-scopes.js';
import type { NamedVersion } from './access-service.js';
import type { CommittedOptions } from './committed.js';

/** Bytes of ciphertext that one answer opens, unless a single record has more. */
export const SPAN_MAX_BYTES = 8 * 1024 * 1024;

/** Records of a patient that begin in a span of time. */
export interface Span {
  readonly patientId: string;
  readonly from?: string;
  readonly to?: string;
  /** Of this category and kind of resource, by what the patient's grants say that tags mean. */
  readonly category?: string;
  readonly resourceType?: string;
  /** With the single measured values. */
  readonly detail?: boolean;
  /** Records that are looked at; at most ACCESS_BATCH_MAX_ITEMS. */
  readonly limit: number;
  /** Where the page before ended. */
  readonly bookmark?: string;
}

export interface VersionsOptions extends CommittedOptions {
  readonly scopes: KnownScopes;
}

/** Which versions are meant, by what channel `cloud` has: before anything is signed. */
export class Versions {
  readonly #options: VersionsOptions;

  constructor(options: VersionsOptions) {
    this.#options = options;
  }

  /** The newest version unless one is named; the first one of what is not there. */
  async named(wanted: { patientId: string; recordId: string; version?: number }): Promise<NamedVersion> {
    const { channels, witnesses } = this.#options;
    const stored = await onLedger(() =>
      witnesses.look((peerMspId) =>
        orUndefined(channels.cloud.evaluate(records, 'GetRecord', wanted, { peerMspId }), 'RECORD_UNKNOWN'),
      ),
    );
    const { recordId, version = stored?.version ?? 1 } = wanted;
    return { recordId, version, stored };
  }

  /**
   * The newest versions of the records of a span, by the start of their time.
   * @returns the next page begins at `bookmark`; empty on the last one
   * @throws ProblemError SCOPE_UNKNOWN, LEDGER_UNAVAILABLE
   */
  async of(span: Span): Promise<{ readonly versions: NamedVersion[]; readonly bookmark: string }> {
    const isMeant = await this.#filterOf(span);
    const rows: StoredRecordState[] = [];
    let looked = 0;
    let bookmark = span.bookmark ?? '';
    do {
      const pageSize = Math.min(PAGE_MAX_ROWS, span.limit - looked);
      const page = await this.#page(span, bookmark, pageSize);
      const fitting = fittingOf(page.rows, sizeOf(rows), isMeant);
      // The first row of this page is too much already: the next answer begins with it.
      if (fitting === 0 && page.rows.length > 0) break;
      // Asked for again where it is too much, so that its bookmark is where the next page begins.
      const taken = fitting < page.rows.length ? await this.#page(span, bookmark, fitting) : page;
      rows.push(...taken.rows.filter(isMeant));
      looked += taken.rows.length;
      ({ bookmark } = taken);
      if (fitting < page.rows.length) break;
    } while (bookmark !== '' && looked < span.limit);
    return {
      versions: rows.map((stored) => ({ recordId: stored.recordId, version: stored.version, stored })),
      bookmark,
    };
  }

  async #page({ patientId, from, to }: Span, bookmark: string, pageSize: number) {
    const { channels, witnesses } = this.#options;
    const filter = {
      patientId,
      pageSize,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(bookmark !== '' && { bookmark }),
    };
    const page = await onLedger(() =>
      witnesses.look((peerMspId) => channels.cloud.evaluate(records, 'ListRecords', filter, { peerMspId })),
    );
    return page ?? { rows: [], bookmark: '' };
  }

  async #filterOf({ detail, ...span }: Span): Promise<(row: StoredRecordState) => boolean> {
    const holds = await this.#contentFilterOf(span);
    return (row) => (detail === true || !isDetailKind(row.kind)) && holds(row);
  }

  async #contentFilterOf({
    patientId,
    category,
    resourceType,
  }: Span): Promise<(row: StoredRecordState) => boolean> {
    if (category === undefined && resourceType === undefined) return () => true;
    const known = await this.#options.scopes.of(patientId);
    const tags = new Set(
      known.flatMap((scope) =>
        'category' in scope &&
        (category ?? scope.category) === scope.category &&
        (resourceType ?? scope.resourceType) === scope.resourceType
          ? [scope.tag]
          : [],
      ),
    );
    if (tags.size === 0)
      throw problem(
        'SCOPE_UNKNOWN',
        'No grant of the patient says by which tags such records are known: leave category and resourceType out',
      );
    return (row) => termsOnRecord(row).tagGroups.some((group) => group.some((tag) => tags.has(tag)));
  }
}

const sizeOf = (rows: readonly StoredRecordState[]): number =>
  rows.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);

/** How many rows of a page one answer has room for; the very first one always. */
function fittingOf(
  rows: readonly StoredRecordState[],
  bytesBefore: number,
  isMeant: (row: StoredRecordState) => boolean,
): number {
  let bytes = bytesBefore;
  for (const [index, row] of rows.entries()) {
    if (!isMeant(row)) continue;
    bytes += row.sizeBytes;
    if (bytes > SPAN_MAX_BYTES && bytes > row.sizeBytes) return index;
  }
  return rows.length;
}
