import { NetworkId } from '@careledger/domain';
import { Value } from 'typebox/value';

/** Environment variable that names the network for which statements count; the same on every peer. */
const NETWORK_ID_VARIABLE = 'CARELEDGER_NETWORK_ID';

/**
 * The network from the environment. There is no default: a production peer that forgot it would take statements that were
 * made for another network. @throws Error that says what to set
 */
export function networkIdOf(environment: Readonly<Record<string, string | undefined>>): string {
  const networkId = environment[NETWORK_ID_VARIABLE];
  if (networkId === undefined || networkId === '')
    throw new Error(`Set ${NETWORK_ID_VARIABLE} to the ID of the network for which statements are made.`);
  if (!Value.Check(NetworkId, networkId))
    throw new Error(`${NETWORK_ID_VARIABLE} is not a network ID: ${networkId}`);
  return networkId;
}
