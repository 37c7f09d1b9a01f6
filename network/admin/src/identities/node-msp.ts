import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { NetworkLayout } from '../layout.js';
import { exists, writePublic } from './files.js';
import type { NodeRole } from './issuer.js';

/** NodeOUs in the order of Fabric's configuration; each role is an OU of the same name. */
export const NODE_ROLES: readonly NodeRole[] = ['client', 'peer', 'admin', 'orderer'];

const OU_FIELDS: Readonly<Record<NodeRole, string>> = {
  client: 'ClientOUIdentifier',
  peer: 'PeerOUIdentifier',
  admin: 'AdminOUIdentifier',
  orderer: 'OrdererOUIdentifier',
};

/** Completes a node's local MSP folder: roots, revocations and roles beside its own certificate and key. */
export async function writeNodeMsp(layout: NetworkLayout, mspId: string, nodeId: string): Promise<void> {
  const msp = layout.nodeMsp(mspId, nodeId);
  const config = {
    NodeOUs: {
      Enable: true,
      ...Object.fromEntries(
        NODE_ROLES.map((role) => [OU_FIELDS[role], { OrganizationalUnitIdentifier: role }]),
      ),
    },
  };
  await Promise.all([
    copyInto(layout.ca(mspId).cert, join(msp, 'cacerts', 'ca.pem')),
    copyInto(layout.tlsCa(mspId).cert, join(msp, 'tlscacerts', 'tlsca.pem')),
    writePublic(join(msp, 'config.yaml'), stringify(config)),
  ]);
  if (await exists(layout.crl(mspId))) await copyInto(layout.crl(mspId), join(msp, 'crls', 'crl.pem'));
}

async function copyInto(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
