import { kindsOf, type FhirResource } from '@careledger/fhir';
import {
  assertPatientScopes,
  assertScopes,
  isWithinScopes,
  versionTag,
  type Principal,
} from '@careledger/service-kit';
import { openNewest } from '../access/newest-version.js';
import type { OpeningRecords } from '../access/opening.js';
import type { Reader } from '../access/reader.js';

/** @throws ProblemError SCOPE_INSUFFICIENT for a token that is not for all that the bundle holds */
export function assertMayWrite(
  principal: Principal,
  { patientId, bundle }: { readonly patientId: string; readonly bundle: unknown },
  does: 'c' | 'u',
): void {
  const kinds = typeof bundle === 'object' && bundle !== null ? kindsOf(bundle as FhirResource) : [];
  assertScopes(principal, { patientId, kinds, does });
}

/**
 * Holds a token that is for some kinds alone to what a revision takes away: what the record was is lost to readers. To know that,
 * it is read first, as anybody reads it.
 * @param wanted `ifMatch`: tags of the versions that may be replaced
 * @returns the tag of the version that was looked at, which alone may be replaced then; else `ifMatch`
 * @throws ProblemError SCOPE_INSUFFICIENT, VERSION_CHANGED, and of `AccessService.open`
 */
export async function assertMayReplace(
  opening: OpeningRecords,
  wanted: { readonly patientId: string; readonly recordId: string; readonly ifMatch?: string | undefined },
  reader: Reader,
): Promise<string | undefined> {
  const { principal } = reader;
  const { patientId, ifMatch } = wanted;
  if (isWithinScopes(principal, { patientId, kinds: undefined, does: 'u' })) return ifMatch;
  for (const does of ['r', 'u'] as const) assertPatientScopes(principal, { patientId, does });
  const { json, version } = await openNewest(opening, wanted, reader);
  assertMayWrite(principal, { patientId, bundle: JSON.parse(json) }, 'u');
  return versionTag(version);
}
