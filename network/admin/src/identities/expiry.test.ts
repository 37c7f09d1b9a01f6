import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadNetworkDefinition, planNetwork } from '@careledger/network-definition';
import { NetworkLayout } from '../layout.js';
import { silent } from '../progress.js';
import { ensureIdentities } from './ensure.js';
import { certificateExpiry } from './expiry.js';
import { revokeCertificate } from './revocation.js';
import {
  AuthorityKeyIdentifierExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509Crl,
} from './x509.js';

const plan = planNetwork(loadNetworkDefinition(), { profile: 'small', runner: 'native' });
let layout: NetworkLayout;

beforeAll(async () => {
  layout = new NetworkLayout(await mkdtemp(join(tmpdir(), 'careledger-expiry-')));
  await ensureIdentities(plan, layout, silent);
});
afterAll(() => rm(layout.root, { recursive: true }));

describe('the expiry report', () => {
  test('names every certificate, the next to expire first, authorities last', async () => {
    const report = await certificateExpiry(layout);
    expect(report.map(({ file }) => file)).toContain(
      'organizations/PatientsMSP/nodes/peer-patients/msp/signcerts/cert.pem',
    );
    expect(report[0]?.daysLeft).toBe(364);
    expect(report.at(-1)?.file).toMatch(/ca\/cert\.pem$/);
  });

  test('an expired certificate has negative days', async () => {
    const inTwoYears = new Date(Date.now() + 730 * 86_400_000);
    const report = await certificateExpiry(layout, inTwoYears);
    expect(report[0]?.daysLeft).toBeLessThan(0);
    expect(report.at(-1)?.daysLeft).toBeGreaterThan(0);
  });
});

describe('revocation', () => {
  test('a list signed by the authority names what was revoked, keeps what it named before, and nothing twice', async () => {
    const organization = plan.organizations[0];
    if (!organization) throw new Error('no organisation');
    const files = (['user', 'gateway'] as const).map((kind) => layout.client(organization.mspId, kind).cert);
    for (const file of files) expect(await revokeCertificate(layout, organization, file)).toBe('revoked');
    expect(await revokeCertificate(layout, organization, files[0] ?? '')).toBe('present');

    const crl = new X509Crl(await readFile(layout.crl(organization.mspId), 'utf8'));
    const serials = await Promise.all(
      files.map(async (file) => new X509Certificate(await readFile(file, 'utf8')).serialNumber),
    );
    expect(crl.entries.map((entry) => entry.serialNumber)).toEqual(serials);
    const ca = new X509Certificate(await readFile(layout.ca(organization.mspId).cert, 'utf8'));
    expect(await crl.verify({ publicKey: ca })).toBe(true);
    // Without these two Fabric cannot read the list, or refuses everybody of the organisation.
    expect(await readFile(layout.crl(organization.mspId), 'utf8')).toMatch(/^-----BEGIN X509 CRL-----\n/);
    const [aki] = crl.extensions.filter((e) => e instanceof AuthorityKeyIdentifierExtension);
    expect(aki?.keyId).toBe(ca.getExtension(SubjectKeyIdentifierExtension)?.keyId);
  });
});
