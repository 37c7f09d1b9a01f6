import type { ClinicalCode } from '@careledger/domain';
import { isObject } from '../json.js';
import type { FhirResource } from '../validate.js';
import { SYSTEM } from '../systems.js';

/** Elements that say what a resource is, the first that it has. */
const WHAT_IT_IS = ['code', 'type', 'medicationCodeableConcept', 'vaccineCode'];
/** What says how a resource is filed, and resources of their own. */
const NO_CONTENT: ReadonlySet<string> = new Set(['category', 'contained', 'meta']);
/** Codes of FHIR, HL7 v3 and this system: how something is said. ICD and others under `sid` say what. */
const OF_FORM = ['http://terminology.hl7.org/', 'http://hl7.org/fhir/', 'urn:careledger:'];
const CLINICAL = 'http://hl7.org/fhir/sid/';

/** What a resource says, in codes. */
export interface SaidCodes {
  /** What it is: one concept, in one or several code systems. */
  readonly codes: readonly ClinicalCode[];
  /** What it speaks of besides, anywhere in it. */
  readonly mentions: readonly ClinicalCode[];
}

/** The clinical codes of a resource; what it contains is a resource of its own. */
export function codesOf(resource: FhirResource): SaidCodes {
  const what = WHAT_IT_IS.find((element) => resource[element] !== undefined);
  const [concept] = [what === undefined ? undefined : resource[what]].flat();
  const codes = distinct(codingsIn(concept));
  const known = new Set(codes.map(asText));
  const mentions = Object.entries(resource)
    .filter(([element]) => !NO_CONTENT.has(element))
    .flatMap(([, value]) => codingsIn(value));
  return { codes, mentions: distinct(mentions).filter((code) => !known.has(asText(code))) };
}

/** Of concepts, and Codings that stand alone, such as an answer's `valueCoding`. */
function codingsIn(value: unknown): ClinicalCode[] {
  if (Array.isArray(value)) return value.flatMap(codingsIn);
  if (!isObject(value)) return [];
  const { system, code } = value;
  const isCoding = typeof system === 'string' && typeof code === 'string' && isClinicalSystem(system);
  return [...(isCoding ? [{ system, code }] : []), ...Object.values(value).flatMap(codingsIn)];
}

/** Whether codes of the system say what something is. A quantity has a system and a code as well: those of its unit. */
export const isClinicalSystem = (system: string): boolean => system !== SYSTEM.ucum && isOfContent(system);

const isOfContent = (system: string): boolean =>
  system.startsWith(CLINICAL) || !OF_FORM.some((prefix) => system.startsWith(prefix));

const asText = ({ system, code }: ClinicalCode): string => `${system}|${code}`;

const distinct = (codes: readonly ClinicalCode[]): ClinicalCode[] =>
  [...new Map(codes.map((code) => [asText(code), code])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, code]) => code);
