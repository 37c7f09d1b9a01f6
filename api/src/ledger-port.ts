import type { LedgerChannel } from '@careledger/ledger';

/** One channel of the ledger, as far as this service uses it. */
export type Channel = Pick<LedgerChannel, 'name' | 'submit' | 'evaluate' | 'events'>;

/** Both channels. `cloud` is asked at the peer of another organisation: authorities have none there. */
export interface Channels {
  readonly authorities: Channel;
  readonly cloud: Channel;
}
