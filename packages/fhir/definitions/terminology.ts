import type { CodeSystem, Concept, ConceptSet, ValueSet } from './r4-resources.js';

type Codes = Map<string, Set<string>>;

/** Code systems and value sets of R4, as far as their codes are known without a terminology server. */
export class Terminology {
  /** Codes of complete systems, each with the codes directly above it. */
  readonly #systems = new Map<string, ReadonlyMap<string, readonly string[]>>();
  readonly #valueSets = new Map<string, ValueSet>();

  constructor(resources: readonly (CodeSystem | ValueSet)[]) {
    for (const resource of resources) {
      if (resource.resourceType === 'ValueSet') this.#valueSets.set(resource.url, resource);
      else if (resource.content === 'complete' && resource.concept !== undefined)
        this.#systems.set(resource.url, parentsOf(resource.concept));
    }
  }

  /** Codes of every complete system, by its URL. */
  systems(): Codes {
    return new Map([...this.#systems].map(([url, codes]) => [url, new Set(codes.keys())]));
  }

  /** The codes of a value set; undefined where R4 does not have all of them. */
  expand(canonical: string): Codes | undefined {
    const [url = ''] = canonical.split('|');
    const compose = this.#valueSets.get(url)?.compose;
    if (compose === undefined) return undefined;
    const all: Codes = new Map();
    for (const include of compose.include) {
      const codes = this.#expandSet(include);
      if (codes === undefined) return undefined;
      for (const [system, some] of codes) all.set(system, (all.get(system) ?? new Set()).union(some));
    }
    for (const exclude of compose.exclude ?? []) {
      const codes = this.#expandSet(exclude);
      if (codes === undefined) return undefined;
      for (const [system, some] of codes) all.set(system, (all.get(system) ?? new Set()).difference(some));
    }
    return all;
  }

  #expandSet({ system, concept, filter = [], valueSet }: ConceptSet): Codes | undefined {
    if (valueSet !== undefined) {
      const [only, more] = valueSet;
      return only === undefined || more !== undefined || system !== undefined ? undefined : this.expand(only);
    }
    if (system === undefined) return undefined;
    if (concept !== undefined) return new Map([[system, new Set(concept.map(({ code }) => code))]]);
    const parents = this.#systems.get(system);
    if (parents === undefined) return undefined;
    let codes = [...parents.keys()];
    for (const { property, op, value } of filter) {
      if (property !== 'concept' || (op !== 'is-a' && op !== 'descendent-of')) return undefined;
      codes = codes.filter((code) => (op === 'is-a' && code === value) || isBelow(parents, code, value));
    }
    return new Map([[system, new Set(codes)]]);
  }
}

function parentsOf(concepts: readonly Concept[]): Map<string, string[]> {
  const parents = new Map<string, string[]>();
  const add = (some: readonly Concept[], parent: string | undefined): void => {
    for (const { code, concept, property = [] } of some) {
      const above = property.flatMap((one) =>
        one.code === 'subsumedBy' && one.valueCode !== undefined ? [one.valueCode] : [],
      );
      parents.set(code, [...(parents.get(code) ?? []), ...above, ...(parent === undefined ? [] : [parent])]);
      if (concept !== undefined) add(concept, code);
    }
  };
  add(concepts, undefined);
  return parents;
}

function isBelow(parents: ReadonlyMap<string, readonly string[]>, code: string, top: string): boolean {
  return (parents.get(code) ?? []).some((parent) => parent === top || isBelow(parents, parent, top));
}
