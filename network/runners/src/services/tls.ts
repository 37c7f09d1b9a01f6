import { readFile } from 'node:fs/promises';
import { ensureIdentities, writePublic, type Progress } from '@careledger/network-admin';
import type { ChaincodeHostNode, NetworkPlan, OrganizationDefinition } from '@careledger/network-definition';
import type { ServiceLayout } from './layout.js';

/** What serves TLS and is no node of Fabric. */
export interface TlsHost {
  readonly id: string;
  readonly mspId: string;
  /** Name or address that it is called by. */
  readonly host: string;
}

export interface TlsCertificateOptions {
  readonly layout: ServiceLayout;
  readonly hosts: readonly TlsHost[];
  /** Organisations of hosts that are not the plan's. */
  readonly others?: readonly OrganizationDefinition[];
  readonly progress: Progress;
}

/** Makes the TLS certificates that hosts lack, each from the TLS authority of its organisation. */
export async function ensureTlsCertificates(
  plan: NetworkPlan,
  { layout, hosts, others = [], progress }: TlsCertificateOptions,
): Promise<void> {
  // A chaincode host is to the identities what all of these are: it has a TLS certificate and no other.
  const chaincodeHosts = hosts.map((host): ChaincodeHostNode => ({ ...host, ports: {}, serves: [] }));
  const organizations = [...plan.organizations, ...others];
  const asked = { ...plan, organizations, orderers: [], peers: [], chaincodeHosts };
  await ensureIdentities(asked, layout, progress);
}

/** Whom services trust beyond their own organisation: the TLS authorities of all, in one file. */
export async function writeTlsRoots(
  layout: ServiceLayout,
  organizations: readonly OrganizationDefinition[],
): Promise<void> {
  const roots = await Promise.all(
    organizations.map(({ mspId }) => readFile(layout.tlsCa(mspId).cert, 'utf8')),
  );
  await writePublic(layout.tlsRoots, roots.join(''));
}
