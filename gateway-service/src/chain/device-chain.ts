import type { DeviceChainState } from '@careledger/private-chain';
import type { PatientChain } from './patient-chain.js';

/** A device's chain in one epoch, as the gateway keeps it in memory. */
export class DeviceChain {
  constructor(
    readonly chainNo: number,
    readonly patient: PatientChain,
    /** After the newest frame that was accepted, committed or about to be. */
    public state: DeviceChainState,
  ) {}
}
