import type { NetworkPlan, OrganizationDefinition } from '@careledger/network-definition';
import { CLIENT_KINDS, type ClientKind, type NetworkLayout, type PemPair } from '../layout.js';
import type { Progress } from '../progress.js';
import { ENROL_ATTRIBUTE } from './attributes.js';
import { CertificateAuthority } from './certificate-authority.js';
import { FabricCaIssuer } from './fabric-ca-issuer.js';
import { exists, writePublic, writeSecret } from './files.js';
import type { IssuedCertificate, Issuer, NodeRole } from './issuer.js';
import { writeNodeMsp } from './node-msp.js';

/** Patients' gateways relay registrations; no other organisation's clients may. */
const ENROLLING_MSP = 'PatientsMSP';

const CLIENT_ROLES: Readonly<Record<ClientKind, NodeRole>> = {
  admin: 'admin',
  user: 'client',
  gateway: 'client',
};

/** Both authorities of an organisation. */
export interface Authorities {
  readonly ca: Issuer;
  readonly tlsCa: Issuer;
}

export async function openAuthorities(
  layout: NetworkLayout,
  organization: OrganizationDefinition,
): Promise<Authorities> {
  const { mspId, domain, fabricCa } = organization;
  if (fabricCa) {
    const { caName, tlsCaName } = fabricCa;
    const [ca, tlsCa] = await Promise.all([
      FabricCaIssuer.open(layout.ca(mspId).cert, fabricCa, caName),
      FabricCaIssuer.open(layout.tlsCa(mspId).cert, fabricCa, tlsCaName),
    ]);
    return { ca, tlsCa };
  }
  const [ca, tlsCa] = await Promise.all([
    CertificateAuthority.open(layout.ca(mspId), { commonName: `ca.${domain}`, organization: mspId }),
    CertificateAuthority.open(layout.tlsCa(mspId), { commonName: `tlsca.${domain}`, organization: mspId }),
  ]);
  return { ca, tlsCa };
}

/** Makes every certificate that the plan's organisations lack; those that are there stay as they are. */
export async function ensureIdentities(
  plan: NetworkPlan,
  layout: NetworkLayout,
  progress: Progress,
): Promise<void> {
  const made = await Promise.all(
    plan.organizations.map((organization) => ensureOrganization(plan, layout, organization)),
  );
  const count = made.reduce((sum, n) => sum + n, 0);
  progress('identities', count === 0 ? 'all certificates are there' : `${count} certificates made`);
}

async function ensureOrganization(
  plan: NetworkPlan,
  layout: NetworkLayout,
  organization: OrganizationDefinition,
): Promise<number> {
  const { mspId } = organization;
  const authorities = await openAuthorities(layout, organization);
  const orderers = plan.orderers.filter((node) => node.mspId === mspId);
  const peers = plan.peers.filter((node) => node.mspId === mspId);
  const chaincodeHosts = plan.chaincodeHosts.filter((node) => node.mspId === mspId);

  const made = await Promise.all([
    ...CLIENT_KINDS.map((kind) =>
      ensurePair(layout.client(mspId, kind), () => issueClient(authorities, organization, kind)),
    ),
    ensurePair(layout.adminTls(mspId), () =>
      authorities.tlsCa.issueTls({ commonName: `admin.${organization.domain}`, hosts: [] }),
    ),
    ...[
      ...orderers.map((node) => ({ node, role: 'orderer' as const })),
      ...peers.map((node) => ({ node, role: 'peer' as const })),
    ].map(({ node, role }) =>
      ensurePair(layout.nodeIdentity(mspId, node.id), () =>
        issueNodeIdentity(authorities, organization, { id: node.id, role }),
      ),
    ),
    ...[...orderers, ...peers, ...chaincodeHosts].map((node) =>
      ensurePair(layout.nodeTls(mspId, node.id), () => issueNodeTls(authorities, organization, node)),
    ),
  ]);
  await Promise.all([...orderers, ...peers].map((node) => writeNodeMsp(layout, mspId, node.id)));
  return made.filter(Boolean).length;
}

/** What has to be registered with an organisation's Fabric CA before its certificates can be made. */
export interface Enrolment {
  /** Enrolment ID: the common name of its certificates. */
  readonly id: string;
  /** Its registered type, which Fabric CA writes into the OU. */
  readonly role: NodeRole;
  readonly attributes: Readonly<Record<string, string>>;
}

export function enrolmentsOf(plan: NetworkPlan, organization: OrganizationDefinition): Enrolment[] {
  const own = (nodes: readonly { id: string; mspId: string }[], role: NodeRole): Enrolment[] =>
    nodes
      .filter(({ mspId }) => mspId === organization.mspId)
      .map(({ id }) => ({ id: `${id}.${organization.domain}`, role, attributes: {} }));
  return [
    ...CLIENT_KINDS.map((kind) => ({
      id: `${kind}.${organization.domain}`,
      role: CLIENT_ROLES[kind],
      attributes: attributesOf(organization, kind),
    })),
    ...own(plan.orderers, 'orderer'),
    ...own(plan.peers, 'peer'),
    ...own(plan.chaincodeHosts, 'client'),
  ];
}

function attributesOf({ mspId }: OrganizationDefinition, kind: ClientKind): Readonly<Record<string, string>> {
  return mspId === ENROLLING_MSP && kind !== 'user' ? { [ENROL_ATTRIBUTE]: 'true' } : {};
}

async function issueClient(
  { ca }: Authorities,
  organization: OrganizationDefinition,
  kind: ClientKind,
): Promise<IssuedCertificate> {
  return ca.issueIdentity({
    commonName: `${kind}.${organization.domain}`,
    role: CLIENT_ROLES[kind],
    attributes: attributesOf(organization, kind),
  });
}

export async function issueNodeIdentity(
  { ca }: Authorities,
  organization: OrganizationDefinition,
  { id, role }: { readonly id: string; readonly role: 'peer' | 'orderer' },
  keyPem?: string,
): Promise<IssuedCertificate> {
  return ca.issueIdentity({ commonName: `${id}.${organization.domain}`, role }, keyPem);
}

/** A node is called by its name, by its address in this runner, and by loopback on its own machine. */
export async function issueNodeTls(
  { tlsCa }: Authorities,
  organization: OrganizationDefinition,
  node: { readonly id: string; readonly host: string },
  keyPem?: string,
): Promise<IssuedCertificate> {
  const commonName = `${node.id}.${organization.domain}`;
  const hosts = [...new Set([node.id, commonName, node.host, 'localhost', '127.0.0.1'])];
  return tlsCa.issueTls({ commonName, hosts }, keyPem);
}

/** Makes a certificate where none is. */
export async function ensurePair(paths: PemPair, issue: () => Promise<IssuedCertificate>): Promise<boolean> {
  // The certificate is written last: where it stands, its key stands too.
  if (await exists(paths.cert)) return false;
  await writePair(paths, await issue());
  return true;
}

/** Stores a new key, then its certificate. */
export async function writePair(paths: PemPair, issued: IssuedCertificate): Promise<void> {
  await writeSecret(paths.key, issued.key);
  await writePublic(paths.cert, issued.cert);
}
