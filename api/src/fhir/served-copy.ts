import { exactJson } from '@careledger/crypto';
import type { ShownResource } from '../copies/copy-search.js';
import type { Json } from '../resources/json.js';
import { servedResource } from './served-resource.js';

/** A resource of a copy, to the letter as it is served of the record that was opened (`ServedRecord`). */
export const servedCopy = (
  patientId: string,
  { recordId, entryHash: entry, json, ...version }: ShownResource,
): Json => servedResource(exactJson(json) as Json, { patientId, recordId, entry }, version);
