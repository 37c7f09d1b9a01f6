import { join } from 'node:path';
import { ServiceLayout } from '../services/layout.js';

/** Folder of the native network below the working directory, unless another is named. */
export const DEFAULT_ROOT = join('.careledger', 'native');

/** A native network keeps everything in one folder: identities, ledgers, stores, secrets, logs and pids. */
export class NativeLayout extends ServiceLayout {
  /** Configuration and ledger of a peer, an orderer or a chaincode host; a service's store. */
  process(name: string): string {
    return join(this.root, 'nodes', name);
  }

  ledger(name: string): string {
    return join(this.process(name), 'ledger');
  }

  override data(id: string): string {
    return join(this.process(id), 'store');
  }

  get logs(): string {
    return join(this.root, 'logs');
  }

  get pids(): string {
    return join(this.root, 'pids');
  }

  get ccaasBuilder(): string {
    return join(this.root, 'ccaas-builder');
  }
}
