import type { WindowSummary } from '@careledger/clinical';
import type { RecordKind, TagGroups } from '@careledger/domain';
import { isDetailKind, type RecordTerms } from '@careledger/policy';
import type { TraceParent } from '@careledger/service-kit';
import type { Priority } from '../processing/index.js';

/** made: on disk here; stored: on `cloud`, as a provider's receipt or the ledger says; announced: on `authorities`; refused: for good. */
export type Stage = 'made' | 'stored' | 'announced' | 'refused';

/** One version of a record with how far it has come. */
export interface OwnVersion {
  readonly versionNo: number;
  readonly patientNo: number;
  readonly recordId: string;
  readonly version: number;
  readonly kind: RecordKind;
  /** Its window or episode; see `DueRecord`. */
  readonly source: string;
  readonly priority: Priority;
  readonly stage: Stage;
  readonly periodStart: string;
  readonly periodEnd: string;
  readonly tagGroups: TagGroups;
  readonly summary: WindowSummary | null;
  readonly manifest: string;
  readonly manifestHash: string;
  /** 1: as the first release made it, for this gateway's own reading alone. */
  readonly format: 1 | 2;
  readonly wrapSet: string;
  /** Compact JWEs in the order of the set; of format 1 they are in the set. */
  readonly wraps: readonly string[];
  /** The provider's word that it took the set, once another one followed the first. */
  readonly acceptance: string | null;
  readonly providerId: string;
  readonly storeStatement: string;
  readonly formerStores: Readonly<Record<string, string>>;
  readonly storeTx: string | null;
  readonly storeBlock: number | null;
  readonly receipt: string | null;
  readonly announceStatement: string | null;
  readonly announceTx: string | null;
  readonly announceBlock: number | null;
  readonly refusal: string | null;
  /** Emergencies: when the frame that raised it arrived. */
  readonly arrivedMs: number | null;
  readonly madeMs: number;
  readonly storedMs: number | null;
  readonly announcedMs: number | null;
  /** Where its making stands in a trace: its further stages and its notices go on from there. */
  readonly trace: TraceParent | null;
}

/** What grants and denials compare a version with. */
export const recordTermsOf = ({
  kind,
  tagGroups,
  periodStart: start,
  periodEnd: end,
}: Pick<OwnVersion, 'kind' | 'tagGroups' | 'periodStart' | 'periodEnd'>): RecordTerms => ({
  tagGroups,
  period: { start, end },
  isDetail: isDetailKind(kind),
});

export type NewVersion = Pick<
  OwnVersion,
  | 'patientNo'
  | 'recordId'
  | 'version'
  | 'kind'
  | 'source'
  | 'priority'
  | 'periodStart'
  | 'periodEnd'
  | 'tagGroups'
  | 'summary'
  | 'manifest'
  | 'manifestHash'
  | 'wrapSet'
  | 'wraps'
  | 'providerId'
  | 'storeStatement'
  | 'arrivedMs'
  | 'madeMs'
  | 'trace'
> & { readonly ciphertext: Uint8Array };

/** A wrap set with its wraps, compact JWEs in its order. */
export type HeldSet = Pick<OwnVersion, 'wrapSet' | 'wraps'>;
