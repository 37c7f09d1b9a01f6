import { setImmediate as nextTurn } from 'node:timers/promises';
import { SYSTEM, outside, patientResourceIdOf, readPatientResourceId } from '@careledger/fhir';
import { isDenial } from '@careledger/policy';
import type { MirroredGrant, MirrorStore } from '../policy/mirror-store.js';
import type { Policy } from '../policy/policy.js';
import type { Json } from '../resources/json.js';

/** Patients that one Group has; those whose pseudonyms come after are the next Group's. */
export const GROUP_MAX_PATIENTS = 500;
/** Patients that are looked at before others have their turn. */
const TURN_PATIENTS = 500;
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

/** Whose patients a Group has. */
export interface GroupOf {
  readonly mirror: Pick<MirrorStore, 'patientIds'>;
  readonly policy: Pick<Policy, 'inForce'>;
  /** Whether the caller's token is for the patient. */
  readonly mayKnow: (patientId: string) => boolean;
  /** Whether a grant is for the caller, by unit, role or person. */
  readonly isFor: (grant: MirroredGrant) => Promise<boolean>;
}

/**
 * Patients of whom a grant to this authority that is for the caller is in force, as far as it has heard, in the order of their
 * pseudonyms. Nobody else's pseudonym is told, nor where it lies.
 */
export async function grantedPatients(after: string, of: GroupOf): Promise<GrantedPatients> {
  const patientIds: string[] = [];
  for (let place = after; ;) {
    const known = of.mirror.patientIds(place, TURN_PATIENTS);
    for (const patientId of known) {
      if (!(await isGranted(patientId, of))) continue;
      if (patientIds.length === GROUP_MAX_PATIENTS) return { patientIds, last: patientIds.at(-1) };
      patientIds.push(patientId);
    }
    place = known.at(-1) ?? place;
    if (known.length < TURN_PATIENTS) return { patientIds, last: undefined };
    await nextTurn();
  }
}

async function isGranted(patientId: string, { isFor, mayKnow, policy }: GroupOf): Promise<boolean> {
  if (!mayKnow(patientId)) return false;
  for (const rule of policy.inForce(patientId)) if (!isDenial(rule) && (await isFor(rule))) return true;
  return false;
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
