/** What must not happen; each is a sentence of SECURITY.md or spec that would be wrong. */
export const FAULTS = {
  PERMIT_AFTER_REVOCATION: 'a valid permit that no rule allows at its place in the blocks',
  DENIAL_AGAINST_RULES: 'a denial of what the rules allow at its place in the blocks',
  POLICY_VERSION_WRONG: 'a decision that names another policy version than that of its place in the blocks',
  STATEMENT_MISJUDGED:
    'a void decision of the patient that was taken, or one that counts and was called void',
  RELEASE_WITHOUT_PERMIT: 'a version that left its provider without a valid permit',
  RELEASE_TWICE: 'one permit that let a version go twice',
  RELEASE_LATE: 'a release more than 30 s after its permit came to the holder',
  RELEASE_AFTER_CHANGE: 'a release under a permit that was overtaken when it was asked for',
  WRAP_TO_REVOKED: 'a key that was wrapped to an authority after its grants were gone',
  ACKNOWLEDGED_LOST: 'something that a client was told is done, and that is not there',
  CONFLICT_ACROSS_PATIENTS: 'a transaction that failed for what another patient did',
  STATE_DIFFERS: 'a patient’s rules or policy version that are not what the blocks add up to',
} as const;
export type Fault = keyof typeof FAULTS;

/** One case of it. */
export interface Finding {
  readonly fault: Fault;
  /** Where it lies and what was seen. */
  readonly detail: string;
}

/** Collects what was found; of many alike it keeps the first. */
export class Findings {
  readonly #found: Finding[] = [];
  readonly #counts = new Map<Fault, number>();

  add(fault: Fault, detail: string): void {
    const count = (this.#counts.get(fault) ?? 0) + 1;
    this.#counts.set(fault, count);
    if (count <= KEPT) this.#found.push({ fault, detail });
  }

  /** Each once. */
  get faults(): Fault[] {
    return [...this.#counts.keys()].sort();
  }

  get list(): readonly Finding[] {
    return this.#found;
  }
}

/** Of one kind. */
const KEPT = 5;
