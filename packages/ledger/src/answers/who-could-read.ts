import {
  accessControl,
  records,
  type AuthorityState,
  type GrantState,
  type KeyPeriod,
  type StoredRecordState,
} from '@careledger/contracts';
import { toBase64url } from '@careledger/crypto';
import { Id128, timestampOf } from '@careledger/domain';
import { confirmationsAsOf, keyAt, readersGrants } from '@careledger/policy';
import { ProblemError, fromCursor, pageOfRows } from '@careledger/service-kit';
import type { LedgerChannel } from '../channel.js';
import { everyRow } from '../paging.js';
import { onLedger, type LedgerProblemCode } from '../service/problems.js';
import type { ReadersPage, ReadersQuery } from './schemas.js';

/** Channel `cloud`, where accesses are decided. */
export type Cloud = Pick<LedgerChannel, 'evaluate'>;

export interface ReadersQuestion {
  readonly patientId: string;
  readonly recordId: string;
  /** One authority's grants alone. */
  readonly authorityId?: string;
}

/**
 * Who could read a record at a time: the grants that let somebody, by the rules that the ledger had in force then and the
 * decision that it makes itself.
 * @throws ProblemError RECORD_UNKNOWN, PATIENT_UNKNOWN, LEDGER_UNAVAILABLE, CURSOR_INVALID
 */
export function whoCouldRead(
  cloud: Cloud,
  { patientId, recordId, authorityId }: ReadersQuestion,
  { at = timestampOf(Date.now()), version, limit, cursor }: ReadersQuery,
): Promise<ReadersPage> {
  const after = cursor === undefined ? '' : fromCursor(cursor, Id128);
  const atMs = Date.parse(at);
  return onLedger(async () => {
    const record = await versionAt(cloud, { patientId, recordId, version, atMs });
    const { policyVersion, policyHash, grants } = await cloud.evaluate(accessControl, 'EffectivePolicy', {
      ...{ patientId, at },
    });
    const { author } = record;
    const confirmations = confirmationsAsOf(record.confirmations, atMs);
    const readable = { ...record, confirmations, policyVersion };
    const readers = readersGrants(grants, readable, atMs)
      .filter(
        ({ grant }) => grant.grantId > after && (authorityId ?? grant.authorityId) === grant.authorityId,
      )
      .sort((a, b) => (a.grant.grantId < b.grant.grantId ? -1 : 1));
    const { rows, next } = pageOfRows(readers, limit, ({ grant }) => grant.grantId);
    const authorities = await authoritiesOf(
      cloud,
      rows.map(({ grant }) => grant),
    );
    return {
      ...{ recordId, version: record.version, at, policyVersion, policyHash, next },
      byRight: [...new Set([patientId, author])],
      readers: rows.map(({ grant, reads }) => {
        const authority = authorities.get(grant.authorityId);
        return {
          grant,
          encryptionKey: textOfKey(authority?.encryptionKeys, atMs),
          signingKey: textOfKey(authority?.signingKeys, atMs),
          reads: [...reads],
        };
      }),
    };
  });
}

/** The version that is named, else the newest, of those that were stored by then. */
async function versionAt(
  cloud: Cloud,
  wanted: { patientId: string; recordId: string; version: number | undefined; atMs: number },
): Promise<StoredRecordState> {
  const { patientId, recordId, version, atMs } = wanted;
  let found: StoredRecordState | undefined;
  const versions = everyRow((page) =>
    cloud.evaluate(records, 'RecordHistory', { patientId, recordId, ...page }),
  );
  for await (const row of versions) {
    if (!('storedAt' in row) || Date.parse(row.storedAt) > atMs) break;
    if (version === undefined || row.version === version) found = row;
  }
  if (found === undefined)
    throw new ProblemError<LedgerProblemCode>('RECORD_UNKNOWN', 'No such version was stored by that time');
  return found;
}

async function authoritiesOf(
  cloud: Cloud,
  grants: readonly GrantState[],
): Promise<ReadonlyMap<string, AuthorityState>> {
  const ids = [...new Set(grants.map(({ authorityId }) => authorityId))];
  const states = await Promise.all(
    ids.map((authorityId) => cloud.evaluate(accessControl, 'GetAuthority', { authorityId })),
  );
  return new Map(states.map((state) => [state.authorityId, state]));
}

function textOfKey(periods: readonly KeyPeriod[] | undefined, atMs: number): string | null {
  const key = periods && keyAt(periods, atMs);
  return key === undefined ? null : toBase64url(key);
}
