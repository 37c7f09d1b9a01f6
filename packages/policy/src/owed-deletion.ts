import { WRAPS_DELETED_WITHIN_S } from '@careledger/contracts';

/** A version of a patient's policy. */
interface PolicyChange {
  readonly version: number;
  readonly at: string;
  readonly takesAway: boolean;
}

/** A provider, and up to which version of the policy it has attested that nobody has a wrap who may not read. */
interface WrapHolder {
  readonly heldSince: string;
  readonly attested: { readonly policyVersion: number } | null;
}

/** A deletion that a provider has not attested yet. */
export interface OwedDeletion {
  /** Of the policy: the oldest revocation that is not attested. */
  readonly policyVersion: number;
  readonly since: string;
}

/**
 * What a provider owes since when: a word on the oldest revocation, since it holds records of the patient, that it has not
 * attested yet. Undefined where it owes none.
 * @param changes oldest first; those up to the version that it has attested can be left out
 */
export function owedDeletion(
  changes: readonly PolicyChange[],
  { heldSince, attested }: WrapHolder,
): OwedDeletion | undefined {
  const owed = changes.find(
    ({ version, at, takesAway }) =>
      takesAway && version > (attested?.policyVersion ?? 0) && Date.parse(at) >= Date.parse(heldSince),
  );
  return owed && { policyVersion: owed.version, since: owed.at };
}

/** Whether the provider has had the time that it has for attesting a deletion. */
export const isOverdue = ({ since }: Pick<OwedDeletion, 'since'>, nowMs: number): boolean =>
  nowMs - Date.parse(since) > WRAPS_DELETED_WITHIN_S * 1000;
