import {
  evalFhirPathTyped,
  parseFhirPath,
  toTypedValue,
  type FhirPathAtom,
  type TypedValue,
} from '@medplum/core';
import type { Json } from '../json.js';
import { SYSTEM } from '../systems.js';
import type { Report } from './issue.js';
import type { R4Rule } from './table.js';

const VARIABLES: Readonly<Record<string, TypedValue>> = {
  '%ucum': toTypedValue(SYSTEM.ucum),
  '%sct': toTypedValue(SYSTEM.snomed),
  '%loinc': toTypedValue(SYSTEM.loinc),
};

/** R4's constraints, by their FHIRPath. */
export class R4Rules {
  readonly #rules: Readonly<Record<string, R4Rule>>;
  readonly #parsed = new Map<string, FhirPathAtom>();

  constructor(rules: Readonly<Record<string, R4Rule>>) {
    this.#rules = rules;
  }

  /**
   * Reports the constraints that a value does not keep.
   * @param keys of the constraints
   * @param typed the value with its FHIR type
   * @param resource in which it stands: `%resource`
   */
  check(
    keys: readonly string[],
    { value, type, path }: { readonly value: unknown; readonly type: string; readonly path: string },
    resource: Json,
    report: Report,
  ): void {
    for (const key of keys) {
      const variables = { ...VARIABLES, '%resource': toTypedValue(resource), '%context': { type, value } };
      if (isKept(this.#expression(key), { type, value }, variables)) continue;
      report({ code: 'invariant', path, rule: key, message: this.#rules[key]?.human ?? key });
    }
  }

  #expression(key: string): FhirPathAtom {
    const known = this.#parsed.get(key);
    if (known !== undefined) return known;
    const rule = this.#rules[key];
    if (rule === undefined) throw new RangeError(`no constraint ${key} in the table`);
    const parsed = parseFhirPath(rule.expression);
    this.#parsed.set(key, parsed);
    return parsed;
  }
}

/** What FHIRPath cannot say of a value is not taken for true. */
function isKept(expression: FhirPathAtom, value: TypedValue, variables: Record<string, TypedValue>): boolean {
  try {
    return evalFhirPathTyped(expression, [value], variables).every((one) => one.value !== false);
  } catch {
    return false;
  }
}
