import { loadNetworkDefinition, planNetwork, type NetworkDefinition } from '@careledger/network-definition';

/** Takes part as well, so that an authority is there which has registered nothing. */
const LAB_MSP = 'LabMSP';

/** The project's network, in whose small profile the lab takes part. */
export function chaincodeDefinition(): NetworkDefinition {
  const definition = loadNetworkDefinition();
  const { small } = definition.profiles;
  const organizations = [...small.organizations, LAB_MSP];
  return { ...definition, profiles: { ...definition.profiles, small: { ...small, organizations } } };
}

/** Whose peer an organisation calls through on a channel: its own, or the first where it has none. */
export function peerOf(mspId: string, channel: string): string {
  const { channels } = planNetwork(chaincodeDefinition(), { profile: 'small', runner: 'native' });
  const organizations = channels.find(({ name }) => name === channel)?.organizations ?? [];
  return organizations.includes(mspId) ? mspId : (organizations[0] ?? mspId);
}
