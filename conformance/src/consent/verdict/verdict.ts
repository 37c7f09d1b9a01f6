import type { Findings } from '../finding/finding.js';
import type { History } from '../play/history.js';
import { accessKey, type Seen } from '../replay/seen.js';

/** Of a permit, in spec/contracts.md. */
const RELEASE_WINDOW_MS = 30_000;

/** What the channels were seen to hold. */
export interface Evidence {
  readonly cloud: Seen;
  readonly authorities: Seen;
}

/** Holds what clients saw to what the blocks say. */
export function judgeHistory(history: History, seen: Evidence, findings: Findings): void {
  judgeAcknowledged(history, seen, findings);
  judgeReleases(history, seen.cloud, findings);
  judgeWraps(history, seen.cloud, findings);
}

/** Whatever a client was told is done lies in a valid transaction, as it was told. */
function judgeAcknowledged({ operations }: History, seen: Evidence, findings: Findings): void {
  for (const { kind, channel, sid, requester = '', outcome, txId } of operations) {
    const isDone = kind === 'read' ? outcome === 'permit' || outcome === 'deny' : outcome === 'OK';
    if (!isDone) continue;
    const access = seen.cloud.accesses.get(accessKey(requester, sid));
    const there =
      kind === 'read'
        ? access !== undefined && access.permit === (outcome === 'permit') && access.txId
        : seen[channel].taken.get(sid);
    if (there === undefined || there === false || there !== txId)
      findings.add('ACKNOWLEDGED_LOST', `${channel}: ${kind} ${sid} in ${txId ?? 'no transaction'}`);
  }
}

/** By what is certain: a release was no earlier than its call, and a permit was there when its block was seen. */
function judgeReleases({ releases }: History, cloud: Seen, findings: Findings): void {
  const released = new Set<string>();
  for (const { requester, sid, calledMs } of releases) {
    const key = accessKey(requester, sid);
    const access = cloud.accesses.get(key);
    if (released.has(key)) findings.add('RELEASE_TWICE', key);
    released.add(key);
    if (access?.permit !== true) {
      findings.add('RELEASE_WITHOUT_PERMIT', key);
      continue;
    }
    const lateMs = calledMs - access.seenMs - RELEASE_WINDOW_MS;
    if (lateMs > 0) findings.add('RELEASE_LATE', `${key}: asked for ${Math.round(lateMs)} ms after its end`);
    const version = cloud.versionAt(access.patientId, calledMs);
    if (version > access.policyVersion)
      findings.add('RELEASE_AFTER_CHANGE', `${key}: of ${access.policyVersion}, asked for at ${version}`);
  }
}

/** An authority to which was wrapped was entitled at some moment between the call and its answer. */
function judgeWraps({ wrappings }: History, cloud: Seen, findings: Findings): void {
  for (const { patientId, recordId, seq, authorityIds, calledMs, heightAfter } of wrappings)
    for (const authorityId of authorityIds)
      if (!cloud.wasEntitled({ patientId, recordId, authorityId }, calledMs, heightAfter))
        findings.add('WRAP_TO_REVOKED', `set ${seq} of ${recordId} of ${patientId}, for ${authorityId}`);
}
