import type { TechnicalAlarmStore } from '../alarms/technical-alarm-store.js';
import type { NewVersion, OwnVersion } from './own-version.js';

/**
 * Where the maker leaves what it made, in the transaction that ends a record's being due: stores of `delivery/`, of which
 * `delivery/pipeline.ts` brings out what lies in them, and of `alarms/`.
 */

/** `delivery/own-version-store.ts`. */
export interface MadeVersions {
  get(versionNo: number): OwnVersion | undefined;
  /** The newest version of a record. */
  find(recordId: string): OwnVersion | undefined;
  insert(version: NewVersion): number;
}

/** An emergency for one authority. */
export interface NewNotice {
  readonly versionNo: number;
  readonly patientNo: number;
  readonly authorityId: string;
  readonly statement: string;
  readonly madeMs: number;
}

/** `delivery/notice-store.ts`. */
export interface MadeNotices {
  /** Authorities that have been told of an episode under the id that the first release gave its record. */
  toldBefore(patientNo: number, episodeId: string): string[];
  insert(notice: NewNotice): number;
  /** One that cannot be sent, for people to see. */
  insertGivenUp(notice: Omit<NewNotice, 'statement'>, why: string): void;
}

/** `alarms/alarm-store.ts`. */
export interface ToldAlarms {
  /** A version of an alarm's record was made that tells of all its calls. */
  told(
    episodeId: string,
    record: {
      readonly recordId: string;
      readonly version: number;
      readonly rank: number | null;
      readonly nextMs: number | null;
    },
  ): void;
  /** The highest rank of recipients that was told of any of these; null where nobody was. */
  rankOf(episodeIds: readonly string[]): number | null;
}

/** `alarms/technical-alarm-store.ts`. */
export type RaisedAlarms = Pick<TechnicalAlarmStore, 'raise' | 'endOf'>;

/** `delivery/rewrap-store.ts`. */
export interface RewrapRequests {
  /** Who may read has changed: versions from this number on are to be looked at. */
  request(patientNo: number, from?: number): void;
}
