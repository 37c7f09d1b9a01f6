import type { SignedInPerson } from '@careledger/service-kit';
import type { Practitioner, PractitionerStore } from './practitioner-store.js';
import { problem } from '../problems.js';

/** Why somebody who signed in is no practitioner here. */
type PersonUnknownReason =
  'NOT_REGISTERED' | 'NOT_ACTIVE' | 'AMBIGUOUS' | 'PROFESSION_MISMATCH' | 'PROFESSION_MISSING';

/**
 * The practitioner whom somebody who signed in is registered as. One who was withdrawn is nobody, whatever becomes of
 * strangers.
 * @throws ProblemError PERSON_UNKNOWN; `reason` says why
 */
export function practitionerOf(
  { identifier, profession }: SignedInPerson,
  practitioners: Pick<PractitionerStore, 'withIdentifier'>,
): Practitioner {
  const registered = practitioners.withIdentifier(identifier);
  const active = registered.filter(({ stage }) => stage === 'active');
  const [practitioner] = active;
  if (practitioner === undefined)
    throw personUnknown(
      registered.length === 0 ? 'NOT_REGISTERED' : 'NOT_ACTIVE',
      'Whoever signed in is no active practitioner of this authority',
    );
  if (active.length > 1)
    throw personUnknown('AMBIGUOUS', 'Several active practitioners have the identifier of whoever signed in');
  if (profession !== undefined && profession !== practitioner.role)
    throw personUnknown(
      'PROFESSION_MISMATCH',
      `The issuer names another profession than ${practitioner.role}`,
    );
  return practitioner;
}

/** Somebody who signed in is nobody here. */
export const personUnknown = (reason: PersonUnknownReason, detail: string) =>
  problem('PERSON_UNKNOWN', detail, { members: { reason } });
