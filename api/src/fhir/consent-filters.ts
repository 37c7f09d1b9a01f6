import { SYSTEM, outside, resourceIdOf } from '@careledger/fhir';
import { ANY, type ScopeTerm } from '@careledger/domain';
import type { Json } from '../resources/json.js';
import { CATEGORY_SYSTEMS, CONSENT_EXTENSION, CONSENT_SYSTEM, LABEL_SYSTEMS } from './consent-codes.js';

type Kind = Extract<ScopeTerm, { category: string }>;

const concept = (coding: object) => ({ coding: [coding] });

/** That a provision is about some records, and not which: only the patient can read that. */
export const SEALED_FILTER: Json = {
  code: [{ extension: [{ url: CONSENT_EXTENSION.absent, valueCode: 'masked' }] }],
};

/**
 * Which records a provision is about, in R4's elements: any of what is returned counts, and all of the elements of each. None: every
 * record. What R4 has no element for is said in words, which no program takes for a code.
 */
export function filtersOf(scope: readonly ScopeTerm[], patientId: string): Json[] {
  const kinds = scope.filter((term): term is Kind => 'category' in term);
  const codes = scope.flatMap((term) =>
    'code' in term ? [concept({ system: term.system, code: term.code })] : [],
  );
  const labels = scope.flatMap((term) => ('label' in term ? [labelCoding(term.label)] : []));
  const data = scope.flatMap((term) => instanceOf(term, patientId) ?? []);
  const words = scope.flatMap((term) => ('author' in term ? [{ text: authorWords(term) }] : []));
  return [
    ...kindFilters(kinds),
    ...(codes.length > 0 ? [{ code: codes }] : []),
    ...(labels.length > 0 ? [{ securityLabel: labels }] : []),
    ...(data.length > 0 ? [{ data }] : []),
    ...(words.length > 0 ? [{ code: words }] : []),
  ];
}

const authorWords = ({ author, practitionerId }: Extract<ScopeTerm, { author: string }>): string =>
  practitionerId === undefined
    ? `written by ${author}`
    : `written by practitioner ${practitionerId} of ${author}`;

/** Types of the same categories go together. */
function kindFilters(kinds: readonly Kind[]): Json[] {
  const categoriesOf = new Map<string, string[]>();
  for (const { category, resourceType } of kinds)
    categoriesOf.set(resourceType, [...(categoriesOf.get(resourceType) ?? []), category]);
  const byCategories = Map.groupBy(categoriesOf, ([, categories]) =>
    JSON.stringify([...new Set(categories)].sort()),
  );
  return [...byCategories].map(([key, some]) => {
    const categories = JSON.parse(key) as string[];
    const types = some.map(([resourceType]) => resourceType);
    return {
      ...(!types.includes(ANY) && {
        class: types.map((code) => ({ system: CONSENT_SYSTEM.resourceType, code })),
      }),
      ...(!categories.includes(ANY) && { code: categories.map(categoryConcept) }),
    };
  });
}

function categoryConcept(code: string): object {
  const found = CATEGORY_SYSTEMS.find(({ codes }) => codes.test(code));
  return found === undefined ? { text: `category ${code}` } : concept({ system: found.system, code });
}

const labelCoding = (code: string): object => ({
  system: LABEL_SYSTEMS.find(({ codes }) => codes.test(code))?.system ?? CONSENT_SYSTEM.actCode,
  code,
});

function instanceOf(term: ScopeTerm, patientId: string): object | undefined {
  if ('recordId' in term) {
    const id = resourceIdOf({ patientId, recordId: term.recordId, entry: undefined });
    return { meaning: 'instance', reference: { reference: `Bundle/${id}` } };
  }
  if ('encounter' in term)
    return { meaning: 'dependents', reference: outside('Encounter', SYSTEM.visit, term.encounter) };
  return undefined;
}
