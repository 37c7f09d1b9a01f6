import type { Principal } from '@careledger/service-kit';
import type { PatientNumberStore } from '../patient-numbers/number-store.js';
import type { NamedIdentifier } from './parameters.js';
import { maySearch } from './type-scopes.js';

export type KnownNumbers = Pick<PatientNumberStore, 'holderOf' | 'holdersOf'>;

/**
 * Ids of the patients who have a number, sorted: one where its system is named. Without those of whom a token lets nobody search: a
 * number of theirs is answered as one that nobody has.
 */
export function holdersFor(
  principal: Principal,
  { system, value }: NamedIdentifier,
  numbers: KnownNumbers,
): string[] {
  const holders =
    system === undefined ? numbers.holdersOf(value) : (numbers.holderOf({ system, value }) ?? []);
  return [holders].flat().filter((patientId) => maySearch(principal, 'Patient', patientId));
}
