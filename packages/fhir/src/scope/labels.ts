import { SCOPE_TAGS_MAX, type ClinicalCode } from '@careledger/domain';
import { isObject } from '../json.js';
import type { FhirResource } from '../validate.js';
import { sensitivitiesOf } from './sensitivity.js';
import { listOf, type ToldResource } from './told.js';

const LABEL_SYSTEMS: ReadonlySet<unknown> = new Set([
  'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
  'http://terminology.hl7.org/CodeSystem/v3-ActCode',
]);
/** v3-Confidentiality, from unrestricted to very restricted (https://terminology.hl7.org/CodeSystem-v3-Confidentiality.html). */
const LEVELS = ['U', 'L', 'M', 'N', 'R', 'V'];
const [NORMAL, RESTRICTED] = ['N', 'R'];

/**
 * Security labels of a resource: its own, those of what contains it and of the whole bundle, and those of what its codes
 * say. Of several levels of confidentiality the highest counts, as the high-water mark of HL7's Healthcare Classification
 * System; what is sensitive is restricted at least, whatever its author says.
 * @param codes every clinical code in it
 */
export function labelsOf(
  { resource, container }: ToldResource,
  bundle: FhirResource,
  codes: readonly ClinicalCode[],
): string[] {
  const said = [bundle, container?.resource, resource].flatMap((each) =>
    each === undefined ? [] : saidBy(each),
  );
  return highest([...said, ...restricting(codes)]);
}

/** What a resource says of itself is read once, however many others it is said of. */
const read = new WeakMap<FhirResource, readonly string[]>();

function saidBy(resource: FhirResource): readonly string[] {
  const known = read.get(resource) ?? highest(securityOf(resource)).slice(0, SCOPE_TAGS_MAX + 1);
  read.set(resource, known);
  return known;
}

/** Of what a gateway's own devices measured: normal, unless its codes say that it is sensitive. */
export const ownLabelsOf = (codes: readonly ClinicalCode[]): string[] =>
  highest([NORMAL, ...restricting(codes)]);

function restricting(codes: readonly ClinicalCode[]): string[] {
  const sensitivities = sensitivitiesOf(codes);
  return sensitivities.length === 0 ? [] : [RESTRICTED, ...sensitivities];
}

/** Sorted, each once, and of levels the highest alone. */
function highest(labels: readonly string[]): string[] {
  const level = LEVELS.findLast((each) => labels.includes(each));
  const others = labels.filter((label) => !LEVELS.includes(label));
  return [...new Set([...(level === undefined ? [] : [level]), ...others])].sort();
}

/** `meta.security` of any resource, and what a document and a reference to one have of their own. */
function securityOf({ meta, confidentiality, securityLabel }: FhirResource): string[] {
  const concepts = listOf(securityLabel).flatMap((label) => (isObject(label) ? listOf(label['coding']) : []));
  const codings = [...listOf(isObject(meta) ? meta['security'] : undefined), ...concepts];
  const said = codings.flatMap((coding) =>
    isObject(coding) && LABEL_SYSTEMS.has(coding['system']) && typeof coding['code'] === 'string'
      ? [coding['code']]
      : [],
  );
  return typeof confidentiality === 'string' ? [...said, confidentiality] : said;
}
