import { records, type AccessState, type StoredRecordState } from '@careledger/contracts';
import { timestampOf } from '@careledger/domain';
import { allRows, orUndefined } from '@careledger/ledger';
import { onLedger } from '@careledger/ledger/service';
import type { Channels } from '../ledger-port.js';
import type { CloudWitnesses } from './cloud-witnesses.js';

export interface CommittedOptions {
  readonly authorityId: string;
  readonly channels: Channels;
  readonly witnesses: CloudWitnesses;
}

/**
 * Accesses of this authority's as channel `cloud` has them, of those that a relay says were decided: its word that there
 * is a permit is not enough. One question for what one transaction decided about one patient.
 * @returns by request; what is not there is missing
 * @throws ProblemError LEDGER_UNAVAILABLE
 */
export async function committedAccesses(
  said: readonly AccessState[],
  relay: string,
  options: CommittedOptions,
): Promise<ReadonlyMap<string, AccessState>> {
  const found = new Map<string, AccessState>();
  const together = Map.groupBy(said, ({ patientId, txId, at }) => [patientId, txId, at].join());
  for (const accesses of together.values())
    for (const row of await onLedger(() => rowsOf(accesses, relay, options))) found.set(row.requestSid, row);
  return found;
}

async function rowsOf(
  accesses: readonly AccessState[],
  relay: string,
  { authorityId: requester, channels, witnesses }: CommittedOptions,
): Promise<readonly AccessState[]> {
  const [first] = accesses;
  if (first === undefined) return [];
  const { patientId, txId, at } = first;
  const wanted = { patientId, requester, txId, from: at, to: timestampOf(Date.parse(at) + 1) };
  const ask = (peerMspId: string) =>
    allRows((page) =>
      channels.cloud.evaluate(records, 'ListAccesses', { ...wanted, ...page }, { peerMspId }),
    );
  const involved = [...new Set(accesses.flatMap((access) => involvedIn(access, relay)))];
  const complete = await witnesses.find(async (peerMspId) => {
    const rows = await ask(peerMspId);
    const sids = new Set(rows.map(({ requestSid }) => requestSid));
    return accesses.every(({ requestSid }) => sids.has(requestSid)) ? rows : undefined;
  }, involved);
  // Not even after a while: what is there counts.
  return complete ?? (await witnesses.look(ask)) ?? [];
}

/**
 * A version as channel `cloud` has it. What counts of a record is what is stored there: an announcement may be of
 * something that was never stored. What its author stored never changes; its confirmations do.
 */
export async function storedVersion(
  { patientId, recordId, version }: { patientId: string; recordId: string; version: number },
  involved: readonly string[],
  { channels, witnesses }: CommittedOptions,
): Promise<StoredRecordState | undefined> {
  const wanted = { patientId, recordId, version };
  return onLedger(() =>
    witnesses.find(
      (peerMspId) =>
        orUndefined(channels.cloud.evaluate(records, 'GetRecord', wanted, { peerMspId }), 'RECORD_UNKNOWN'),
      involved,
    ),
  );
}

/** The providers of which an answer speaks. */
export const involvedIn = ({ releasingProviderId }: AccessState, relay: string): string[] =>
  releasingProviderId === undefined ? [relay] : [relay, releasingProviderId];
