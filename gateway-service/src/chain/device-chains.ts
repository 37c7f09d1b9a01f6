import { StoreError, type StoreReader } from '../store/index.js';
import { DeviceChain } from './device-chain.js';
import type { ChainKeeper } from './keeper.js';

/** Device chains by number, each in memory once it was asked for. */
export class DeviceChains {
  readonly #read: StoreReader;
  readonly #keeper: Pick<ChainKeeper, 'patient'>;
  readonly #chains = new Map<number, DeviceChain>();

  constructor(read: StoreReader, keeper: Pick<ChainKeeper, 'patient'>) {
    this.#read = read;
    this.#keeper = keeper;
  }

  add(chain: DeviceChain): void {
    this.#chains.set(chain.chainNo, chain);
  }

  /** @throws StoreError `STORE_INCONSISTENT` */
  get(chainNo: number): DeviceChain {
    const known = this.#chains.get(chainNo);
    if (known !== undefined) return known;
    const row = this.#read.deviceChain(chainNo);
    const patient = row && this.#keeper.patient(row.patientNo);
    if (row === undefined || patient === undefined) {
      throw new StoreError('STORE_INCONSISTENT', `The store lacks device chain ${chainNo} or its patient`);
    }
    const chain = new DeviceChain(chainNo, patient, row.state);
    this.#chains.set(chainNo, chain);
    return chain;
  }

  /** Puts every chain back to what the store has. */
  reset(): void {
    for (const chain of this.#chains.values()) {
      const row = this.#read.deviceChain(chain.chainNo);
      // The names are here already.
      const { deviceId, epoch } = chain.state;
      if (row !== undefined) chain.state = { ...row.state, deviceId, epoch };
    }
  }
}
