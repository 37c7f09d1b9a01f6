import type { Evaluation } from '@careledger/chaincode-runtime';
import type { GrantState } from '@careledger/contracts';
import { asOf, firstPolicyHash, isInForce } from '@careledger/policy';
import { everyEntry } from './every-entry.js';
import { grants, policyChanges, type RevokeAllState } from './families.js';
import { getPatient } from './patients.js';
import { revokeAllsOf, revokedAtOf } from './revocations.js';

export interface EffectivePolicy {
  patientId: string;
  at: string;
  policyVersion: number;
  policyHash: string;
  grants: GrantState[];
}

/** What was in force at a time, by what the ledger knew then. Times are those of transactions. */
export async function effectivePolicy(
  tx: Evaluation,
  { patientId, at }: { patientId: string; at: string },
): Promise<EffectivePolicy> {
  await getPatient(tx, patientId);
  const atMs = Date.parse(at);
  let [policyVersion, policyHash] = [0, firstPolicyHash(patientId)];
  for await (const { parts, value } of everyEntry(tx.state, policyChanges.under(patientId)))
    if (Date.parse(value.at) <= atMs) [policyVersion, policyHash] = [Number(parts[1]), value.hash];
  const revocations = await revokeAllsOf(tx.state, patientId);
  const inForce: GrantState[] = [];
  for await (const { value } of everyEntry(tx.state, grants.under(patientId))) {
    const known = asKnownAt(value, revocations, atMs);
    if (known !== undefined) inForce.push(known);
  }
  return { patientId, at, policyVersion, policyHash, grants: inForce };
}

/** The grant if it counted at that time; without the revocation that came later. */
function asKnownAt(
  grant: GrantState,
  revocations: readonly RevokeAllState[],
  atMs: number,
): GrantState | undefined {
  const revokedAt = revokedAtOf(grant, revocations);
  const known = asOf({ ...grant, ...(revokedAt !== undefined && { revokedAt }) }, atMs);
  return known !== undefined && isInForce(known, atMs) ? known : undefined;
}
