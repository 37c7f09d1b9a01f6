import type { CodesBySystem, R4Table } from './table.js';

const VALUE_SET = /^https?:\/\/(?:hl7\.org\/fhir|terminology\.hl7\.org)\/ValueSet\//;
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** Codes of R4's complete code systems and of the value sets that its elements require. */
export class R4Terminology {
  readonly #table: Pick<R4Table, 'valueSets' | 'codeSystems'>;
  readonly #sets = new Map<string, ReadonlySet<string>>();

  constructor(table: Pick<R4Table, 'valueSets' | 'codeSystems'>) {
    this.#table = table;
  }

  /** What is wrong with a `code` element that has to be of a value set. */
  codeFault(code: string, valueSet: string): string | undefined {
    const systems = this.#table.valueSets[valueSet] ?? {};
    const isMember = Object.keys(systems).some((system) => this.#has(systems, valueSet, system, code));
    return isMember ? undefined : `${code} is not a code of ${valueSet}`;
  }

  /** Whether a Coding is in a value set. */
  isMember(system: unknown, code: unknown, valueSet: string): boolean {
    const systems = this.#table.valueSets[valueSet] ?? {};
    return (
      typeof system === 'string' && typeof code === 'string' && this.#has(systems, valueSet, system, code)
    );
  }

  /** What is wrong with a Coding by itself: a code that its system does not have. */
  codingFault(system: string, code: unknown): string | undefined {
    if (typeof code !== 'string' || this.#table.codeSystems[system] === undefined) return undefined;
    return this.#has(this.#table.codeSystems, '', system, code)
      ? undefined
      : `${code} is not a code of ${system}`;
  }

  #has(systems: CodesBySystem, of: string, system: string, code: string): boolean {
    const codes = Object.hasOwn(systems, system) ? systems[system] : undefined;
    if (codes === undefined) return false;
    const key = `${of}|${system}`;
    let set = this.#sets.get(key);
    if (set === undefined) {
      set = new Set(codes.split('\n'));
      this.#sets.set(key, set);
    }
    return set.has(code);
  }
}

/** What is wrong with the `system` of a Coding or Identifier: it names one for everybody, or none. */
export function systemFault(system: string): string | undefined {
  if (!ABSOLUTE.test(system)) return 'not an absolute URI: nobody else would know which system is meant';
  return VALUE_SET.test(system) ? `${system} is a value set: it has no codes of its own` : undefined;
}
