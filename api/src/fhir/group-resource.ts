import { SYSTEM, outside, patientResourceIdOf, readPatientResourceId } from '@careledger/fhir';
import { isDenial } from '@careledger/policy';
import type { MirrorStore } from '../policy/mirror-store.js';
import type { Policy } from '../policy/policy.js';
import type { Json } from '../resources/json.js';

/** Patients that one Group looks at; those whose pseudonyms come after are the next Group's. */
export const GROUP_MAX_PATIENTS = 500;
const FIRST = 'granted';
const AFTER = 'granted-after-';

/** The patients of one Group. */
export interface GrantedPatients {
  readonly patientIds: readonly string[];
  /** The pseudonym after which the next Group begins; undefined where this is the last. */
  readonly last: string | undefined;
}

/** By the pseudonym after which it begins; the first begins after nobody. */
export const groupIdOf = (after: string | undefined): string =>
  after === undefined ? FIRST : `${AFTER}${patientResourceIdOf(after)}`;

/** The pseudonym after which a Group begins, '' for the first; undefined for an id of no Group. */
export function readGroupId(id: string): string | undefined {
  if (id === FIRST) return '';
  return id.startsWith(AFTER) ? readPatientResourceId(id.slice(AFTER.length)) : undefined;
}

/** Patients of whom a grant to this authority is in force, as far as it has heard, in the order of their pseudonyms. */
export function grantedPatients(
  after: string,
  {
    mirror,
    policy,
  }: { readonly mirror: Pick<MirrorStore, 'patientIds'>; readonly policy: Pick<Policy, 'inForce'> },
): GrantedPatients {
  const known = mirror.patientIds(after, GROUP_MAX_PATIENTS);
  return {
    patientIds: known.filter((patientId) => policy.inForce(patientId).some((rule) => !isDenial(rule))),
    last: known.length < GROUP_MAX_PATIENTS ? undefined : known.at(-1),
  };
}

/** @param patientIds those whom the caller may know of */
export const groupResource = (id: string, patientIds: readonly string[], authorityId: string): Json => ({
  resourceType: 'Group',
  id,
  active: true,
  type: 'person',
  actual: true,
  name: 'Patients who let this authority do something at present',
  quantity: patientIds.length,
  managingEntity: outside('Organization', SYSTEM.authority, authorityId),
  ...(patientIds.length > 0 && {
    member: patientIds.map((patientId) => ({
      entity: {
        reference: `Patient/${patientResourceIdOf(patientId)}`,
        ...outside('Patient', SYSTEM.patient, patientId),
      },
    })),
  }),
});
