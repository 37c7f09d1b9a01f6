import { NetworkId } from '@careledger/domain';
import { Value } from 'typebox/value';

/** Environment variable that names the network for which statements count; the same on every peer. */
const NETWORK_ID_VARIABLE = 'CARELEDGER_NETWORK_ID';
const DEFAULT_NETWORK_ID = 'devnet';

/** @throws Error that says what to set */
export function networkIdOf(environment: Readonly<Record<string, string | undefined>>): string {
  const networkId = environment[NETWORK_ID_VARIABLE] ?? DEFAULT_NETWORK_ID;
  if (!Value.Check(NetworkId, networkId))
    throw new Error(`${NETWORK_ID_VARIABLE} is not a network ID: ${networkId}`);
  return networkId;
}
