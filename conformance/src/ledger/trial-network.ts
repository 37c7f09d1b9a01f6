import { connectLedger, type ConnectLedgerOptions, type Ledger } from '@careledger/ledger';

/** Channel, organisations and chaincode name are those of the project's network, so that any of its runners will do. */
export const CHANNEL = 'cloud';
/** Has a peer on the channel. */
export const MSP_ID = 'PatientsMSP';
/** Has another peer on the channel. */
export const OTHER_MSP_ID = 'CloudAMSP';
/** A member of the channel without a peer. */
export const GUEST_MSP_ID = 'HospitalMSP';

/** A network that runs the counter contract under the name `records` on CHANNEL; two of three peers must endorse. */
export interface TrialNetwork extends AsyncDisposable {
  /** What a client of this organisation connects with; journal and checkpoints in memory. */
  connectOptions(mspId?: string): ConnectLedgerOptions;
}

/** Connects to a trial network, by default as a client of MSP_ID. */
export function connectTo(network: TrialNetwork, overrides: Partial<ConnectLedgerOptions> = {}): Ledger {
  return connectLedger({ ...network.connectOptions(overrides.mspId), ...overrides });
}
