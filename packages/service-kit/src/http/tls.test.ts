import 'reflect-metadata';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { webcrypto } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { listen } from './serve.js';
import type { ServiceApp } from './service.js';
import { KIT_HTTP, buildKit } from '../../testing/kit-services.js';

const LIFETIME_MS = 3_600_000;

describe('a service with a certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'careledger-tls-'));
  const tls = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  let certificate: string;
  let app: ServiceApp;
  let url: string;

  beforeAll(async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const made = await X509CertificateGenerator.createSelfSigned({
      name: 'CN=localhost',
      notAfter: new Date(Date.now() + LIFETIME_MS),
      keys,
      signingAlgorithm: algorithm,
      extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
    });
    certificate = made.toString('pem');
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    writeFileSync(tls.certFile, certificate);
    writeFileSync(tls.keyFile, `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`);
    const http = { ...KIT_HTTP, tls };
    app = await buildKit({ http });
    url = await listen(app, http);
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });

  test('names itself by an https URL, and serves whoever trusts the certificate', async () => {
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const asked = request(`${url}/livez`, { ca: certificate }).end();
    const [response] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(200);
  });

  test('plain HTTP gets no answer, and TLS before 1.2 no connection', async () => {
    await expect(fetch(`${url.replace('https', 'http')}/livez`)).rejects.toThrow('fetch failed');
    const { port } = new URL(url);
    const old = connect({
      host: '127.0.0.1',
      port: Number(port),
      ca: certificate,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const [error] = (await once(old, 'error')) as [Error];
    expect(error.message).toMatch(/protocol version/);
  });
});
