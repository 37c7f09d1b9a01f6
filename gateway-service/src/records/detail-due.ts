import type { StatementBody } from '@careledger/contracts';
import { isDenial, isStanding } from '@careledger/policy';
import type { GrantStore } from '../consent/grant-store.js';
import { windowOfSource, type DueRecord, type ProcessingStore } from '../processing/index.js';

/** For whom single values are made: where a grant includes them, or of every patient. */
export type DetailMaking = 'granted' | 'always';

export interface DetailDueOptions {
  readonly grants: Pick<GrantStore, 'active'>;
  readonly processing: Pick<ProcessingStore, 'putDue' | 'putDetail'>;
  /** `delivery/own-version-store.ts`. */
  readonly windows: { withoutDetail(patientNo: number, endAfter: string): string[] };
  readonly detailMaking: DetailMaking;
  readonly clock: () => number;
}

/**
 * When the single values of a window become due: with its record of aggregates, and once a grant includes them. They are
 * made of what the gateway has kept, so a grant of a time that has passed has them too. What writes runs within a transaction.
 */
export class DetailDue {
  readonly #options: DetailDueOptions;

  constructor(options: DetailDueOptions) {
    this.#options = options;
  }

  /** A window's record of aggregates was made, or made again. */
  ofWindow({ patientNo, source, trace }: Pick<DueRecord, 'patientNo' | 'source' | 'trace'>): void {
    const { processing, clock } = this.#options;
    if (!this.#isWanted(this.#grants(patientNo), source)) return;
    const due = { patientNo, kind: 'detail', source, priority: 'periodic', arrivedMs: null, trace } as const;
    processing.putDue(due, clock(), 0);
  }

  /** Who may read has changed: of which windows single values are wanted that were not. */
  request(patientNo: number): void {
    const { processing, windows, clock } = this.#options;
    const grants = this.#grants(patientNo);
    const begins = grants.map(({ from, period }) => Date.parse(period?.start ?? from));
    if (begins.length === 0) return;
    const since = new Date(Math.min(...begins)).toISOString();
    const wanted = windows.withoutDetail(patientNo, since).filter((source) => this.#isWanted(grants, source));
    if (wanted.length > 0) processing.putDetail(patientNo, wanted, clock());
  }

  #grants(patientNo: number): StatementBody<'grant'>[] {
    const { grants, clock } = this.#options;
    return grants
      .active(patientNo)
      .map(({ body }) => body)
      .filter((body) => body.detail === true && !isDenial(body) && isStanding(body, clock()));
  }

  /** A grant that names no time of the records has them from its beginning on. */
  #isWanted(grants: readonly StatementBody<'grant'>[], source: string): boolean {
    const { startMs, endMs } = windowOfSource(source);
    return (
      this.#options.detailMaking === 'always' ||
      grants.some(({ from, period }) =>
        period === undefined
          ? endMs > Date.parse(from)
          : Date.parse(period.start) <= startMs && endMs <= Date.parse(period.end),
      )
    );
  }
}
