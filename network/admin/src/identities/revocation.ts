import { readFile } from 'node:fs/promises';
import type { OrganizationDefinition } from '@careledger/network-definition';
import type { NetworkLayout } from '../layout.js';
import { NetworkAdminError } from '../errors.js';
import { CertificateAuthority } from './certificate-authority.js';
import { openAuthorities } from './ensure.js';
import { readIfThere, writePublic } from './files.js';
import { ALGORITHM } from './keys.js';
import {
  AuthorityKeyIdentifierExtension,
  X509Certificate,
  X509Crl,
  X509CrlGenerator,
  type X509CrlEntryParams,
} from './x509.js';

const DAY_MS = 86_400_000;
/** Fabric does not refuse an old list, but whoever else reads it may. */
const CRL_VALIDITY_DAYS = 365;

/**
 * Puts a certificate on its organisation's revocation list. Channels refuse it once their configuration has the list:
 * that takes a configuration update of each.
 */
export async function revokeCertificate(
  layout: NetworkLayout,
  organization: OrganizationDefinition,
  certificateFile: string,
): Promise<'revoked' | 'present'> {
  const { serialNumber } = new X509Certificate(await readFile(certificateFile, 'utf8'));
  const path = layout.crl(organization.mspId);
  const entries = await revokedEntries(path);
  if (entries.some((entry) => entry.serialNumber === serialNumber)) return 'present';
  const { ca } = await openAuthorities(layout, organization);
  if (!(ca instanceof CertificateAuthority)) {
    throw new NetworkAdminError(
      'REVOCATION_ELSEWHERE',
      `${organization.mspId} has a Fabric CA: revoke serial number ${serialNumber} there ("fabric-ca-client revoke ` +
        `--gencrl"), put the list at ${path}, then run this again`,
    );
  }
  const now = Date.now();
  const crl = await X509CrlGenerator.create({
    issuer: ca.certificate.subject,
    thisUpdate: new Date(now),
    nextUpdate: new Date(now + CRL_VALIDITY_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    signingKey: ca.signingKeys.privateKey,
    // Fabric refuses every certificate of an organisation whose list does not name its authority's key.
    extensions: [await AuthorityKeyIdentifierExtension.create(ca.signingKeys.publicKey)],
    entries: [...entries, { serialNumber, revocationDate: new Date(now) }],
  });
  await writePublic(path, pem(crl));
  return 'revoked';
}

/** With the label of RFC 7468 (6); Go, and so Fabric, knows no other. */
function pem(crl: X509Crl): string {
  const lines =
    Buffer.from(crl.rawData)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN X509 CRL-----', ...lines, '-----END X509 CRL-----', ''].join('\n');
}

async function revokedEntries(path: string): Promise<X509CrlEntryParams[]> {
  const text = await readIfThere(path);
  if (!text) return [];
  return new X509Crl(text).entries.map(({ serialNumber, revocationDate }) => ({
    serialNumber,
    revocationDate,
  }));
}
