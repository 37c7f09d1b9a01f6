import { matches, versionTag } from '@careledger/service-kit';
import { problem } from '../problems.js';
import type { OpeningRecords } from './opening.js';
import type { Reader } from './reader.js';

/** The version that another one is to replace. */
export interface NewestVersion {
  readonly version: number;
  /** FHIR R4 JSON as its author wrote it. */
  readonly json: string;
}

/**
 * Opens the newest version of a record for whoever is to replace it. Where it is none that was seen, nothing is asked for.
 * @param wanted `ifMatch`: tags of the versions that may be replaced; whichever is the newest without it
 * @throws ProblemError VERSION_CHANGED, and of `AccessService.open`
 */
export async function openNewest(
  { service, versions }: OpeningRecords,
  wanted: { readonly patientId: string; readonly recordId: string; readonly ifMatch?: string | undefined },
  reader: Reader,
): Promise<NewestVersion> {
  const { patientId, recordId, ifMatch } = wanted;
  const named = await versions.named({ patientId, recordId });
  const { version, stored } = named;
  if (stored !== undefined && !matches(ifMatch, versionTag(version)))
    throw problem('VERSION_CHANGED', `The newest version is ${version}: read it, and revise that`, {
      members: { version },
    });
  const [shown] = await service.open({ patientId, versions: [named], reader });
  if (shown?.status !== 'fulfilled') throw shown?.reason;
  return { version, json: shown.value.json };
}
