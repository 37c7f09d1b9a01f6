import { accessControl } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import type { Ledger } from '../ledger.js';
import { attestorRegistration, type Attestor } from './attestation.js';

/** Registers an attestor's key on these channels, as an admin of its organisation. Repeating it changes nothing. */
export async function registerAttestor(
  ledger: Ledger,
  attestor: Attestor,
  channels: readonly ChannelName[],
): Promise<Record<string, string>> {
  const statement = attestorRegistration(attestor, [...channels]);
  const txIds: Record<string, string> = {};
  for (const name of channels) {
    const { result } = await ledger.channel(name).submit(accessControl, 'RegisterAttestor', { statement });
    txIds[name] = result.txId;
  }
  return txIds;
}
