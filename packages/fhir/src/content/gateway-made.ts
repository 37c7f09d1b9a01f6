import type { RecordKind } from '@careledger/domain';
import { FhirError } from '../errors.js';
import type { Bundle, Observation } from '../schema.js';
import { SYSTEM } from '../systems.js';

/** What identifies the bundles of `periodicBundle` and `emergencyBundle`. */
const IDENTIFIED_BY: Readonly<Record<Exclude<RecordKind, 'clinical'>, string>> = {
  periodic: SYSTEM.window,
  emergency: SYSTEM.episode,
};

/**
 * Refuses a bundle that no gateway makes for a record of this kind. `bundle` is of the own profile already.
 * @throws FhirError KIND_MISMATCH
 */
export function checkGatewayMade(bundle: Bundle, kind: Exclude<RecordKind, 'clinical'>): void {
  if (bundle.identifier.system !== IDENTIFIED_BY[kind]) {
    throw new FhirError('KIND_MISMATCH', 'identifier', `does not name what a record of kind ${kind} is of`);
  }
  const resources = bundle.entry.map(({ resource }) => resource);
  resources.forEach(({ resourceType }, index) => {
    if (resourceType !== 'DocumentReference') return;
    throw new FhirError('KIND_MISMATCH', `entry[${index}].resource`, 'gateways write no documents');
  });
  const provenances = resources.filter(({ resourceType }) => resourceType === 'Provenance');
  if (provenances.length !== 1) {
    throw new FhirError('KIND_MISMATCH', 'entry', 'a gateway puts one Provenance into a record');
  }
  const alarms = resources.filter((resource): resource is Observation => isAlarm(resource));
  const wanted = kind === 'emergency' ? 1 : 0;
  if (alarms.length !== wanted) {
    throw new FhirError('KIND_MISMATCH', 'entry', `a record of kind ${kind} has ${wanted} alarms`);
  }
  if (alarms.some(({ identifier }) => identifier?.[0]?.value !== bundle.identifier.value)) {
    throw new FhirError('KIND_MISMATCH', 'entry', 'the alarm is of another episode');
  }
}

const isAlarm = (resource: Bundle['entry'][number]['resource']): boolean =>
  resource.resourceType === 'Observation' &&
  resource.code.coding.some(({ system }) => system === SYSTEM.rule);
