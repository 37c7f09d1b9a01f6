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
    readonly dataRoot: string = DATA_ROOT,
  ) {
    super(root);
  }

  /** Where a backup is put together; absent otherwise. No container's name begins with a dot. */
  get backupStaging(): string {
    return join(this.dataRoot, '.backup');
  }

  /** Where a backup is unpacked; as long as it is there, the volumes are not whole. */
  get restoreStaging(): string {
    return join(this.dataRoot, '.restore');
  }

  override data(id: string): string {
    return join(this.dataRoot, id);
  }
}
