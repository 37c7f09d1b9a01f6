import { join } from 'node:path';
import { ServiceLayout } from '../services/layout.js';

/** Where the set-up containers mount the volume with identities, secrets and configuration. */
export const NETWORK_ROOT = '/var/lib/careledger/network';
/** Where the set-up containers mount the volume with ledgers and stores. */
export const DATA_ROOT = '/var/lib/careledger/data';

/**
 * Folders of the two volumes. A container mounts only its own: `node(mspId, id)` of the first, read-only, and
 * `data(id)` of the second. It sees no other organisation's keys, and of its own organisation only its own.
 */
export class ComposeLayout extends ServiceLayout {
  constructor(
    root: string = NETWORK_ROOT,
    private readonly dataRoot: string = DATA_ROOT,
  ) {
    super(root);
  }

  override data(id: string): string {
    return join(this.dataRoot, id);
  }
}
