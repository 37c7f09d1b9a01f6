import type { ClinicalCode } from '@careledger/domain';
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
    each === undefined ? [] : securityOf(each),
  );
  return highest([...said, ...restricting(codes)]);
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

function securityOf({ meta }: FhirResource): string[] {
  return listOf(isObject(meta) ? meta['security'] : undefined).flatMap((coding) =>
    isObject(coding) && LABEL_SYSTEMS.has(coding['system']) && typeof coding['code'] === 'string'
      ? [coding['code']]
      : [],
  );
}
