import type { GatewayKind } from '@careledger/domain';
import { FhirError } from '../errors.js';
import { sampledDataOf } from '../sampled.js';
import type { Bundle, Observation, SampledData } from '../schema.js';
import { SYSTEM } from '../systems.js';

/** What identifies the bundles of `periodicBundle` and `emergencyBundle`. */
const IDENTIFIED_BY: Readonly<Record<GatewayKind, string>> = {
  periodic: SYSTEM.window,
  emergency: SYSTEM.episode,
  detail: SYSTEM.windowDetail,
};

/**
 * Refuses a bundle that no gateway makes for a record of this kind. `bundle` is of the own profile already.
 * @throws FhirError KIND_MISMATCH
 */
export function checkGatewayMade(bundle: Bundle, kind: GatewayKind): void {
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
  checkValues(resources, kind);
  checkAlarms(
    resources.filter((resource): resource is Observation => isAlarm(resource)),
    bundle,
    kind,
  );
}

/** Single values are what a record of kind `detail` holds, and no other: who may read others is not shown them. */
function checkValues(resources: readonly Bundle['entry'][number]['resource'][], kind: GatewayKind): void {
  resources.forEach((resource, index) => {
    if (resource.resourceType !== 'Observation') return;
    const series = sampledDataOf(resource);
    const isOfValues = series.length > 0;
    if (!series.every(hasLimits))
      throw new FhirError(
        'PROFILE_VIOLATION',
        `entry[${index}].resource`,
        'L and U are of a limit that is said',
      );
    if (isOfValues === (kind === 'detail')) return;
    const what = isOfValues
      ? 'single values are of kind detail'
      : 'a record of kind detail holds single values';
    throw new FhirError('KIND_MISMATCH', `entry[${index}].resource`, what);
  });
}

/** What is said to be below or above a limit says of which: else it is no value. */
const hasLimits = ({ data, lowerLimit, upperLimit }: SampledData): boolean =>
  (lowerLimit !== undefined || !data.includes('L')) && (upperLimit !== undefined || !data.includes('U'));

/** An emergency's bundle has the alarm of the episode that names it, and others with one cause, each once. */
function checkAlarms(alarms: readonly Observation[], { identifier }: Bundle, kind: GatewayKind): void {
  if (kind !== 'emergency') {
    if (alarms.length === 0) return;
    throw new FhirError('KIND_MISMATCH', 'entry', `a record of kind ${kind} has no alarm`);
  }
  const episodes = alarms.flatMap((alarm) => episodesOf(alarm));
  if (!episodes.includes(identifier.value))
    throw new FhirError('KIND_MISMATCH', 'entry', 'no alarm is of the episode that names the record');
  if (new Set(episodes).size < alarms.length)
    throw new FhirError('KIND_MISMATCH', 'entry', 'each alarm is of an episode of its own');
}

const episodesOf = ({ identifier = [] }: Observation): string[] =>
  identifier.slice(0, 1).flatMap(({ system, value }) => (system === SYSTEM.episode ? [value] : []));

const isAlarm = (resource: Bundle['entry'][number]['resource']): boolean =>
  resource.resourceType === 'Observation' &&
  resource.code.coding.some(({ system }) => system === SYSTEM.rule);
