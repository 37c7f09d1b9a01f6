import type { ResourceKind } from '@careledger/domain';

/** What may be done with a resource: create, read, update, delete, search (SMART App Launch 2.2, scopes v2). */
export type Interaction = 'c' | 'r' | 'u' | 'd' | 's';

/** A scope on resources, e.g. `patient/Observation.rs?category=laboratory`. */
export interface ResourceScope {
  readonly level: 'patient' | 'user' | 'system';
  /** FHIR resource type, or `*`. */
  readonly resourceType: string;
  readonly interactions: ReadonlySet<Interaction>;
  /** Code of a category to which it is restricted. */
  readonly category: string | undefined;
}

/** A kind of content, as far as scopes tell them apart. */
type Kind = Pick<ResourceKind, 'resourceType' | 'categories'>;

const SCOPE =
  /^(patient|user|system)\/(\*|[A-Z][A-Za-z]{0,63})\.(?:(read|write|\*)|(?=[cruds])(c?r?u?d?s?))(?:\?(.+))?$/;
/** Scopes v1, as SMART App Launch 2.2 reads them. */
const FORMER: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };
/** Systems of categories whose codes stand in records; the code alone stands for either. */
const CATEGORY_SYSTEMS: readonly string[] = [
  'http://terminology.hl7.org/CodeSystem/observation-category',
  'http://terminology.hl7.org/CodeSystem/v2-0074',
];

/** Whether a scope is about resources or a role, so that defaults for tokens without such do not apply. */
export const isAboutData = (scope: string): boolean => scope.includes('/') && !scope.includes('://');

/**
 * The resources that a token's scopes are about. What is not understood, a restriction by something else than one category
 * included, gives nothing: it never becomes less of a restriction.
 */
export function resourceScopesOf(scopes: readonly string[]): ResourceScope[] {
  return scopes.flatMap((scope) => parsed(scope) ?? []);
}

function parsed(scope: string): ResourceScope | undefined {
  const match = SCOPE.exec(scope);
  if (match === null) return undefined;
  const [, level, resourceType = '', former, interactions = '', query] = match;
  const category = query === undefined ? undefined : categoryOf(query);
  if (query !== undefined && category === undefined) return undefined;
  const letters = former === undefined ? interactions : (FORMER[former] ?? '');
  return {
    level: level as ResourceScope['level'],
    resourceType,
    interactions: new Set(letters as Iterable<Interaction>),
    category,
  };
}

function categoryOf(query: string): string | undefined {
  const [parameter, ...others] = [...new URLSearchParams(query)];
  if (parameter === undefined || others.length > 0) return undefined;
  const [name, value] = parameter;
  const [first = '', second, ...more] = value.split('|');
  if (name !== 'category' || more.length > 0 || value.includes(',')) return undefined;
  if (second !== undefined && !CATEGORY_SYSTEMS.includes(first)) return undefined;
  return (second ?? first) || undefined;
}

/** Whether a scope lets somebody do this with all that there is, of any type. */
export const coversAll = (
  { resourceType, category, interactions }: ResourceScope,
  does: Interaction,
): boolean => resourceType === '*' && category === undefined && interactions.has(does);

/** Whether scopes let somebody do this with content of each of these kinds. */
export const coverKinds = (
  scopes: readonly ResourceScope[],
  kinds: readonly Kind[],
  does: Interaction,
): boolean =>
  scopes.some((scope) => coversAll(scope, does)) ||
  (kinds.length > 0 && kinds.every((kind) => scopes.some((scope) => coversKind(scope, kind, does))));

const coversKind = (
  { resourceType, category, interactions }: ResourceScope,
  kind: Kind,
  does: Interaction,
): boolean =>
  interactions.has(does) &&
  (resourceType === '*' || resourceType === kind.resourceType) &&
  (category === undefined || kind.categories.includes(category));
