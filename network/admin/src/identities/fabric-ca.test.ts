import { X509Certificate as NodeCertificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CertificateAuthority } from './certificate-authority.js';
import { enrol, type FabricCaOptions } from './fabric-ca.js';
import { Pkcs10CertificateRequest } from './x509.js';

/** Answers as the documentation of Fabric CA's REST API says; that a real server does too is not shown here. */
describe('enrolment with a Fabric CA server', () => {
  let root: string;
  let options: FabricCaOptions;
  let server: ReturnType<typeof createServer>;
  const seen: { authorization?: string | undefined; body?: Record<string, unknown> } = {};

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'careledger-ca-'));
    const ca = await CertificateAuthority.create({ commonName: 'ca', organization: 'OrgMSP' });
    const tls = await ca.issueTls({ commonName: 'ca', hosts: ['127.0.0.1'] });
    server = createServer({ cert: tls.cert, key: tls.key }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.authorization = request.headers.authorization;
        seen.body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
        const granted = seen.authorization === `Basic ${Buffer.from('admin:secret').toString('base64')}`;
        response.end(
          JSON.stringify(
            granted
              ? { success: true, result: { Cert: Buffer.from(ca.pem).toString('base64') }, errors: [] }
              : { success: false, result: '', errors: [{ code: 20, message: 'Authentication failure' }] },
          ),
        );
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const tlsRootFile = join(root, 'ca.pem');
    await writeFile(tlsRootFile, ca.pem);
    options = { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, tlsRootFile };
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    await rm(root, { recursive: true });
  });

  test('sends a request signed by a key that stays here, and names the attributes it wants', async () => {
    const issued = await enrol(options, {
      enrolmentId: 'admin',
      secret: 'secret',
      attributes: ['careledger.enrol'],
    });
    expect(new NodeCertificate(issued.cert).ca).toBe(true);
    expect(issued.key).toContain('PRIVATE KEY');
    expect(JSON.stringify(seen.body)).not.toContain('PRIVATE KEY');
    expect(seen.body?.['attr_reqs']).toEqual([{ name: 'careledger.enrol' }]);
    const csr = new Pkcs10CertificateRequest(String(seen.body?.['certificate_request']));
    expect(csr.subject).toBe('CN=admin');
    expect(await csr.verify()).toBe(true);
  });

  test("a refusal carries the server's reason", async () => {
    await expect(enrol(options, { enrolmentId: 'admin', secret: 'guessed' })).rejects.toMatchObject({
      code: 'ENROLMENT_FAILED',
      message: expect.stringContaining('Authentication failure') as unknown,
    });
  });

  test('a server whose certificate nobody vouches for gets no secret', async () => {
    seen.authorization = undefined;
    await expect(
      enrol({ url: options.url }, { enrolmentId: 'admin', secret: 'secret' }),
    ).rejects.toMatchObject({
      code: 'ENROLMENT_FAILED',
    });
    expect(seen.authorization).toBeUndefined();
  });
});
