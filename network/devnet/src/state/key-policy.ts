import { policyFromBytes } from '../policy/policy-proto.js';
import type { Policy } from '../policy/policy.js';
import type { MetadataEntry } from '../rwset/model.js';

/** Name of the metadata entry that holds a key's own endorsement policy (peer.MetaDataKeys). */
const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

/** The endorsement policy that a key carries itself, if it does. */
export function keyPolicyOf(metadata: readonly MetadataEntry[]): Policy | undefined {
  const entry = metadata.find((each) => each.name === VALIDATION_PARAMETER);
  return entry && policyFromBytes(entry.value);
}
