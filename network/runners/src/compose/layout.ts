import { join } from 'node:path';
import { NetworkLayout } from '@careledger/network-admin';

/** Where the set-up containers mount the volume with identities, secrets and configuration. */
export const NETWORK_ROOT = '/var/lib/careledger/network';
/** Where the set-up containers mount the volume with ledgers and stores. */
export const DATA_ROOT = '/var/lib/careledger/data';

/**
 * Folders of the two volumes. A container mounts only its own: `node(mspId, id)` of the first, read-only, and
 * `data(id)` of the second. It sees no other organisation's keys, and of its own organisation only its own.
 */
export class ComposeLayout extends NetworkLayout {
  constructor(
    root: string = NETWORK_ROOT,
    private readonly dataRoot: string = DATA_ROOT,
  ) {
    super(root);
  }

  /** A file of a node's own folder. */
  nodeFile(mspId: string, nodeId: string, name: string): string {
    return join(this.node(mspId, nodeId), name);
  }

  /** Ledger or store of a container. */
  data(id: string): string {
    return join(this.dataRoot, id);
  }

  /** What was drawn at random for a service; it never changes. */
  secrets(service: string): string {
    return join(this.root, 'secrets', `${service}.json`);
  }

  /** Says what a service was registered with; absent until it was. */
  registration(service: string): string {
    return join(this.root, 'registrations', service);
  }

  /** TLS authorities of all organisations, in one file. */
  get tlsRoots(): string {
    return join(this.root, 'ca.pem');
  }
}
