import { X509Certificate as NodeCertificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isLowS } from '@careledger/crypto/ecdsa';
import { loadNetworkDefinition, planNetwork } from '@careledger/network-definition';
import { NetworkLayout } from '../layout.js';
import { silent } from '../progress.js';
import { ATTRIBUTES_OID } from './attributes.js';
import { ensureIdentities } from './ensure.js';
import { CURVE } from './keys.js';
import { X509Certificate } from './x509.js';

const plan = planNetwork(loadNetworkDefinition(), { profile: 'small', runner: 'native' });
let root: string;
let layout: NetworkLayout;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'careledger-identities-'));
  layout = new NetworkLayout(root);
  await ensureIdentities(plan, layout, silent);
});
afterAll(() => rm(root, { recursive: true }));

const read = async (path: string): Promise<X509Certificate> =>
  new X509Certificate(await readFile(path, 'utf8'));

function attributesOf(certificate: X509Certificate): unknown {
  const extension = certificate.getExtension(ATTRIBUTES_OID);
  return extension ? JSON.parse(Buffer.from(extension.value).toString()) : undefined;
}

describe('identities', () => {
  test('carry their role in the OU, and only gateways and administrators of Patients may enrol patients', async () => {
    const gateway = await read(layout.client('PatientsMSP', 'gateway').cert);
    expect(gateway.subjectName.getField('OU')).toEqual(['client']);
    expect(attributesOf(gateway)).toEqual({ attrs: { 'careledger.enrol': 'true' } });
    const admin = await read(layout.client('PatientsMSP', 'admin').cert);
    expect(admin.subjectName.getField('OU')).toEqual(['admin']);
    for (const other of [layout.client('PatientsMSP', 'user'), layout.client('HospitalMSP', 'gateway')]) {
      expect(attributesOf(await read(other.cert))).toBeUndefined();
    }
    const peer = await read(layout.nodeIdentity('CloudAMSP', 'peer-cloud-a').cert);
    expect(peer.subjectName.getField('OU')).toEqual(['peer']);
  });

  test('chain to their own organisation and to no other', async () => {
    const [user, own, other] = await Promise.all(
      [layout.client('HospitalMSP', 'user'), layout.ca('HospitalMSP'), layout.ca('CloudAMSP')].map(
        async ({ cert }) => new NodeCertificate(await readFile(cert)),
      ),
    );
    if (!user || !own || !other) throw new Error('certificates are missing');
    expect(user.verify(own.publicKey)).toBe(true);
    expect(user.verify(other.publicKey)).toBe(false);
    expect(own.ca).toBe(true);
    expect(user.ca).toBe(false);
  });

  test('have low-S signatures: Fabric would rewrite others, and a consenter would not be recognised', async () => {
    const node = layout.nodeIdentity('PatientsMSP', 'orderer-patients');
    for (const { cert } of [node, layout.ca('PatientsMSP'), layout.client('PatientsMSP', 'admin')]) {
      expect(isLowS(new Uint8Array((await read(cert)).signature), CURVE)).toBe(true);
    }
  });

  test('of nodes answer to their name and their address', async () => {
    const { cert } = layout.nodeTls('PatientsMSP', 'peer-patients');
    const certificate = new NodeCertificate(await readFile(cert));
    expect(certificate.checkHost('peer-patients')).toBe('peer-patients');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkHost('peer-hospital')).toBeUndefined();
  });

  test('have keys that only their owner can read', async () => {
    for (const { key } of [layout.ca('PatientsMSP'), layout.client('PatientsMSP', 'user')]) {
      expect((await stat(key)).mode & 0o077).toBe(0);
    }
  });

  test('are not made again by a second run; a lost one alone is', async () => {
    const before = await readFile(layout.client('PatientsMSP', 'user').cert, 'utf8');
    await rm(layout.client('HospitalMSP', 'user').cert);
    const seen: string[] = [];
    await ensureIdentities(plan, layout, (_step, detail) => seen.push(detail));
    expect(seen).toEqual(['1 certificates made']);
    expect(await readFile(layout.client('PatientsMSP', 'user').cert, 'utf8')).toBe(before);
  });
});
