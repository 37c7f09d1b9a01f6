import { join } from 'node:path';
import { NetworkLayout } from '@careledger/network-admin';

/** A network's folder with what the services keep beside its identities. */
export abstract class ServiceLayout extends NetworkLayout {
  /** What a service, or whatever else runs, keeps. */
  abstract data(id: string): string;

  /** A file of a node's own folder. */
  nodeFile(mspId: string, nodeId: string, name: string): string {
    return join(this.node(mspId, nodeId), name);
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
