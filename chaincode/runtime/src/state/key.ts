/**
 * Address of one value in the world state: a composite key, `family` first. The type remembers what lies there;
 * nothing else ever writes to the family.
 */
export interface StateKey<Value> {
  readonly family: string;
  readonly parts: readonly string[];
  /** Never set: carries the type. */
  readonly value?: Value;
}

/** The first parts of keys of one family: a range. */
export interface StatePrefix<Value> {
  readonly family: string;
  readonly parts: readonly string[];
  readonly value?: Value;
}

/** All values of one kind. Parts that begin with the patient keep two patients' transactions apart. */
export class KeyFamily<Value> {
  constructor(
    readonly name: string,
    /** Names of a key's parts, in order: documentation that is also checked. */
    readonly partNames: readonly string[],
  ) {}

  at(...parts: readonly string[]): StateKey<Value> {
    if (parts.length !== this.partNames.length)
      throw new RangeError(`A key of ${this.name} has the parts ${this.partNames.join(', ')}.`);
    return { family: this.name, parts };
  }

  under(...parts: readonly string[]): StatePrefix<Value> {
    if (parts.length >= this.partNames.length)
      throw new RangeError(`A prefix of ${this.name} has fewer parts than ${this.partNames.join(', ')}.`);
    return { family: this.name, parts };
  }
}

/** An index entry says everything in its key; Fabric has no empty values (one is a delete). */
export const PRESENT = 1;
export type Present = typeof PRESENT;

/** Digits that hold any safe integer. */
const SAFE_INTEGER_DIGITS = String(Number.MAX_SAFE_INTEGER).length;

/** A count as a key part that sorts by its value. */
export const sortable = (count: number): string => String(count).padStart(SAFE_INTEGER_DIGITS, '0');
