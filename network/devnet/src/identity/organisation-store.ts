import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DevnetError } from '../errors.js';
import type { NodeOu } from '../msp/roles.js';
import { CertificateAuthority, type KeyedCertificate } from './certificate-authority.js';
import { completeIdentity, exists, hasPair, readPair, writeIdentity, writePair } from './identity-files.js';

/** Folder names under DIR; this module is the only one that knows them. */
const CA_FOLDER = 'ca';
const PEER_FOLDER = 'peer';
/** 127.0.0.1 and ::1. */
const LOOPBACK_ADDRESSES = [Buffer.of(127, 0, 0, 1), Buffer.from('1'.padStart(32, '0'), 'hex')];

/**
 * The files of one organisation: `DIR/organizations/MSPID/{ca,admin,user,peer}/{cert,key}.pem`, and the identities among
 * them also as `msp/{signcerts,keystore}`.
 */
function organisationFolder(dir: string, mspId: string): string {
  return join(dir, 'organizations', mspId);
}

/** Folder of one of an organisation's identities. */
export function identityFolder(dir: string, mspId: string, name: string): string {
  return join(organisationFolder(dir, mspId), name);
}

async function openOrCreateCa(
  folder: string,
  name: string,
  organisation: string,
): Promise<CertificateAuthority> {
  if (await hasPair(folder)) return CertificateAuthority.open(await readPair(folder));
  const created = CertificateAuthority.create(name, organisation);
  await writePair(folder, created.material);
  return created;
}

/** Makes what an organisation lacks; what is there stays. Returns the CA's certificate. */
export async function ensureOrganisation(dir: string, mspId: string): Promise<string> {
  const caFolder = identityFolder(dir, mspId, CA_FOLDER);
  const wanted: readonly [string, NodeOu][] = [
    ['admin', 'admin'],
    ['user', 'client'],
    [PEER_FOLDER, 'peer'],
  ];
  const present = await Promise.all(
    [caFolder, ...wanted.map(([name]) => identityFolder(dir, mspId, name))].map(hasPair),
  );
  if (!present.every(Boolean)) {
    const ca = await openOrCreateCa(caFolder, `ca.${mspId}`, mspId);
    await Promise.all(
      wanted.map(async ([name, ou], index) => {
        if (present[index + 1]) return;
        const pair = ca.issueIdentity({ name, organisation: mspId, ou });
        await writeIdentity(identityFolder(dir, mspId, name), pair);
      }),
    );
  }
  await completeIdentities(dir, mspId);
  return (await readPair(caFolder)).certificate;
}

/** Identities that an earlier version issued have no MSP folder. */
async function completeIdentities(dir: string, mspId: string): Promise<void> {
  const names = await readdir(organisationFolder(dir, mspId));
  const identities = names.filter((name) => name !== CA_FOLDER);
  await Promise.all(identities.map((name) => completeIdentity(identityFolder(dir, mspId, name))));
}

/** What {@link issueIdentity} needs to know. */
export interface IdentityRequest {
  readonly dir: string;
  readonly mspId: string;
  /** Common name, and the folder under `DIR/organizations/MSPID/`. */
  readonly name: string;
  readonly ou?: 'client' | 'admin';
  /** Fabric attributes for chaincode, e.g. `{'careledger.enrol': 'true'}`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Days until it expires; negative for one that has (tests of refusals). */
  readonly validDays?: number;
}

/** Where the files of an issued identity are, and its PEM texts. */
export interface IssuedIdentity extends KeyedCertificate {
  readonly mspId: string;
  readonly folder: string;
}

const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
const RESERVED_NAMES: ReadonlySet<string> = new Set([CA_FOLDER, PEER_FOLDER]);

/**
 * Issues a further identity of an organisation and writes it to `DIR/organizations/MSPID/NAME/`, as the first ones are.
 * Works beside a running devnet: peers know an organisation by its CA.
 * @throws DevnetError BAD_IDENTITY_REQUEST, UNKNOWN_ORGANISATION
 */
export async function issueIdentity(request: IdentityRequest): Promise<IssuedIdentity> {
  const { dir, mspId, name, ou = 'client', attributes, validDays } = request;
  if (!NAME_PATTERN.test(name) || RESERVED_NAMES.has(name)) {
    throw new DevnetError(
      'BAD_IDENTITY_REQUEST',
      `"${name}" cannot name an identity: use letters, digits, . _ @ -`,
    );
  }
  const caFolder = identityFolder(dir, mspId, CA_FOLDER);
  if (!(await hasPair(caFolder))) {
    throw new DevnetError(
      'UNKNOWN_ORGANISATION',
      `${mspId} has no CA under ${dir}: start the devnet there once, with ${mspId} on a channel`,
    );
  }
  const ca = CertificateAuthority.open(await readPair(caFolder));
  const pair = ca.issueIdentity({ name, organisation: mspId, ou, attributes, validDays });
  const folder = identityFolder(dir, mspId, name);
  await writeIdentity(folder, pair);
  return { mspId, folder, ...pair };
}

/** TLS material of the endpoints: one authority in `DIR/tls`, a server certificate for each organisation. */
export interface TlsMaterial {
  /** PEM of the authority. */
  readonly ca: string;
  readonly caPath: string;
  readonly servers: ReadonlyMap<string, KeyedCertificate>;
}

/** Host name of an organisation's peer unless it is given another. */
export function defaultPeerName(mspId: string): string {
  return `peer0.${mspId.toLowerCase().replace(/[^a-z0-9.-]/g, '-')}.devnet.local`;
}

/** Whether a folder has a server certificate for a name, and its key. */
async function isServer(folder: string, name: string): Promise<boolean> {
  if (!(await hasPair(folder))) return false;
  const pair = await readPair(folder);
  const certificate = new X509Certificate(pair.certificate);
  return certificate.checkHost(name) !== undefined && certificate.checkPrivateKey(createPrivateKey(pair.key));
}

/**
 * Makes or reads the TLS authority and one server certificate per organisation.
 * @param peerNames host names of the organisations' peers; a certificate made for another name is replaced
 */
export async function ensureTls(dir: string, peerNames: ReadonlyMap<string, string>): Promise<TlsMaterial> {
  const folder = join(dir, 'tls');
  const caPath = join(folder, 'ca.pem');
  const caFolder = join(folder, CA_FOLDER);
  const servers = [...peerNames].map(([mspId, name]) => ({ mspId, name, folder: join(folder, mspId) }));
  const present = await Promise.all(servers.map((each) => isServer(each.folder, each.name)));
  if (!(await exists(caPath)) || !present.every(Boolean)) {
    const ca = await openOrCreateCa(caFolder, 'tlsca.devnet', 'devnet');
    await Promise.all(
      servers.map(async ({ name, folder: own }, index) => {
        if (present[index]) return;
        const names = [name, 'localhost', 'host.docker.internal'];
        await writePair(own, ca.issueTls(name, names, LOOPBACK_ADDRESSES));
      }),
    );
    await writeFile(caPath, ca.material.certificate);
  }
  const pairs = await Promise.all(
    servers.map(async ({ mspId, folder: own }) => [mspId, await readPair(own)] as const),
  );
  return { ca: await readFile(caPath, 'utf8'), caPath, servers: new Map(pairs) };
}
