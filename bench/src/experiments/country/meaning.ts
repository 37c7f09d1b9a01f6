import { percent, shown } from '../../report/number.js';
import type { Constants } from './constants.js';
import type { Sizing } from './sizing.js';

/** What the size of a country says about the architecture, and what is not in it. */
export function meaningOf(size: Sizing, costs: Constants): string {
  const { channelPairs, peakReadingsPerS, peakRecordsPerS } = size;
  const ledgersShare = size.ledgersTb / (size.ledgersTb + size.rawTb + size.blobsTb);
  const pairs =
    channelPairs === 1 ? 'One pair of channels takes' : `${shown(channelPairs)} pairs of channels take`;
  return `Raw readings never leave their gateway, so that the ledgers take ${shown(peakRecordsPerS)} records a second where devices
    send ${shown(peakReadingsPerS)} readings. All windows close on the hour, and what they bring is on the ledgers within
    ${shown(size.settledAfterMinutes)} minutes; emergencies go ahead of it, and to the authorities directly. ${pairs} that, each with
    its share of the patients, whose gateways and authorities are its members: no key of a ledger is of two patients, so that
    nothing is lost by parting them, and an authority that serves patients of several listens to each. ${gatewaysText(size)}
    Ledgers take ${percent(ledgersShare)} of what is stored, and keep it: they grow by that much in every such span, while raw data and
    records at providers end with theirs. Blocks alone are counted. What a peer keeps besides (state, indexes), copies for safety,
    what authorities do with what they read, networks, and the people who run all this are not. ${channelText(costs)}`;
}

const gatewaysText = ({ gateways, gatewayCores }: Sizing): string =>
  gatewayCores > gateways
    ? 'Gateways have the processors that their load needs.'
    : 'Gateways have a processor each, and all of them are idle for most of the time.';

/** What the channel's figures are of, and what that bounds. */
const channelText = ({ isOfFabric }: Constants): string =>
  isOfFabric
    ? `A channel's figures are those of Fabric on one machine, whose processors all its peers, orderers and chaincode share: where
      each has its own, a channel takes more, so that the number of channels is the most. Every organisation's processors are
      counted as if it endorsed every transaction; a majority does.`
    : `The embedded network stands in for Fabric here. It commits once for all organisations, where each peer of Fabric does so for
      itself: take the processors of the peers for the least, and run this where Fabric is.`;
