import { join } from 'node:path';

/** Kinds of client identities that every organisation has. */
export const CLIENT_KINDS = ['admin', 'user', 'gateway'] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

/** A certificate and its private key, both PEM. */
export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

const pemPair = (folder: string): PemPair => ({
  cert: join(folder, 'cert.pem'),
  key: join(folder, 'key.pem'),
});

/** The one owner of all paths below a network's folder. */
export class NetworkLayout {
  constructor(readonly root: string) {}

  organization(mspId: string): string {
    return join(this.root, 'organizations', mspId);
  }

  ca(mspId: string): PemPair {
    return pemPair(join(this.organization(mspId), 'ca'));
  }

  tlsCa(mspId: string): PemPair {
    return pemPair(join(this.organization(mspId), 'tlsca'));
  }

  /** The organisation's revocation list; absent while nothing is revoked. */
  crl(mspId: string): string {
    return join(this.organization(mspId), 'crl.pem');
  }

  client(mspId: string, kind: ClientKind): PemPair {
    return pemPair(join(this.organization(mspId), kind));
  }

  /** A further client identity that the organisation's authority issued. */
  issued(mspId: string, name: string): PemPair {
    return pemPair(join(this.organization(mspId), name));
  }

  /** TLS client certificate of the administrator: the orderers' admin endpoint asks for it. */
  adminTls(mspId: string): PemPair {
    return pemPair(join(this.organization(mspId), 'admin', 'tls'));
  }

  node(mspId: string, nodeId: string): string {
    return join(this.organization(mspId), 'nodes', nodeId);
  }

  /** Local MSP folder of a node, in the structure that Fabric reads. */
  nodeMsp(mspId: string, nodeId: string): string {
    return join(this.node(mspId, nodeId), 'msp');
  }

  nodeIdentity(mspId: string, nodeId: string): PemPair {
    const msp = this.nodeMsp(mspId, nodeId);
    return { cert: join(msp, 'signcerts', 'cert.pem'), key: join(msp, 'keystore', 'key.pem') };
  }

  nodeTls(mspId: string, nodeId: string): PemPair {
    return pemPair(join(this.node(mspId, nodeId), 'tls'));
  }

  genesisBlock(channel: string): string {
    return join(this.root, 'channels', `${channel}.block`);
  }

  /** Certificates that a node is about to get; absent except during a rotation. */
  nextNodeIdentity(mspId: string, nodeId: string): PemPair {
    return pemPair(join(this.node(mspId, nodeId), 'next', 'identity'));
  }

  nextNodeTls(mspId: string, nodeId: string): PemPair {
    return pemPair(join(this.node(mspId, nodeId), 'next', 'tls'));
  }

  get connection(): string {
    return join(this.root, 'connection.json');
  }
}
