import { Type, type Static } from 'typebox';
import { closedObject } from './closed-object.js';
import { ANY } from './grants.js';
import { AuthorityId, Id128, PractitionerId, RecordId } from './ids.js';

const word = Type.String({ minLength: 1, maxLength: 64 });

/** A code that says what something is, in the code system that defines it, e.g. LOINC's `2339-0`. */
export const ClinicalCode = closedObject({
  /** URI of the code system, as FHIR names it. */
  system: Type.String({ pattern: '^\\S{1,256}$' }),
  code: Type.String({ minLength: 1, maxLength: 128 }),
});
export type ClinicalCode = Static<typeof ClinicalCode>;

/**
 * What a grant's or a denial's scope is made of before it is turned into tags:
 * - a FHIR observation category (`vital-signs`, `laboratory`, …) and a FHIR resource type; `*` stands for any;
 * - a security label (HL7 v3-Confidentiality and v3-ActCode: `R`, `PSY`, …);
 * - a clinical code;
 * - who wrote it: an authority, or one of its practitioners;
 * - a visit to which it belongs (FHIR Encounter), by the visit's id;
 * - one record.
 */
export const ScopeTerm = Type.Union(
  [
    closedObject({ category: word, resourceType: word }),
    closedObject({ label: word }),
    ClinicalCode,
    closedObject({ author: AuthorityId, practitionerId: Type.Optional(PractitionerId) }),
    closedObject({ encounter: Id128 }),
    closedObject({ recordId: RecordId }),
  ],
  { title: 'ScopeTerm' },
);
export type ScopeTerm = Static<typeof ScopeTerm>;

/** The same for equal terms, in whatever order their members come; what else they carry, such as a tag, aside. */
export const termKey = (given: ScopeTerm): string => JSON.stringify(termIn(given));

/** The term alone of something that carries more. */
export function termIn(given: ScopeTerm): ScopeTerm {
  if ('category' in given) return { category: given.category, resourceType: given.resourceType };
  if ('label' in given) return { label: given.label };
  if ('code' in given) return { system: given.system, code: given.code };
  if ('encounter' in given) return { encounter: given.encounter };
  if ('recordId' in given) return { recordId: given.recordId };
  const { author, practitionerId } = given;
  return practitionerId === undefined ? { author } : { author, practitionerId };
}

/** Resources of one kind in a record, in the words of scopes. */
export interface ResourceKind {
  readonly resourceType: string;
  /** Any of which is enough to be granted it; none where it names none. */
  readonly categories: readonly string[];
  readonly labels: readonly string[];
  /** What it is: one concept, in one or several code systems. */
  readonly codes: readonly ClinicalCode[];
  /** What it speaks of besides. Who may see that alone does not see it; who may not see that does not either. */
  readonly mentions: readonly ClinicalCode[];
  /** Of its author's, those who made it. */
  readonly practitioners: readonly string[];
  readonly encounters: readonly string[];
}

/** Where a record comes from, as far as it is known. */
export interface RecordOrigin {
  readonly recordId?: string | undefined;
  /** Authorities that wrote it: who made this version first, then those before. None: the patient's gateway. */
  readonly authors?: readonly string[] | undefined;
}

/** Every term by which a resource of the kind can be granted, but those for what it mentions. */
export function termsOfKind(kind: ResourceKind, { recordId, authors = [] }: RecordOrigin): ScopeTerm[] {
  const { resourceType, categories, labels, codes, practitioners, encounters } = kind;
  const [author] = authors;
  return [
    ...[ANY, ...categories].flatMap((category) => [
      { category, resourceType: ANY },
      { category, resourceType },
    ]),
    ...labels.map((label) => ({ label })),
    ...codes.map(({ system, code }) => ({ system, code })),
    ...(author === undefined
      ? []
      : [{ author }, ...practitioners.map((practitionerId) => ({ author, practitionerId }))]),
    ...encounters.map((encounter) => ({ encounter })),
    ...(recordId === undefined ? [] : [{ recordId }]),
  ];
}
