import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newState, planOf, silent } from '@careledger/network-admin';
import { parse } from 'yaml';
import { readSecrets } from '../services/secrets.js';
import { ComposeLayout } from './layout.js';
import { prepare } from './prepare.js';

const COMPOSE_FILE = fileURLToPath(new URL('../../../../../docker-compose.yaml', import.meta.url));

let root: string;
let layout: ComposeLayout;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'careledger-compose-'));
  layout = new ComposeLayout(join(root, 'network'), join(root, 'data'));
  await prepare(layout, 'full', silent);
});
afterAll(() => rm(root, { recursive: true }));

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('what network-init prepares', () => {
  test('stays the same when it runs again: no key, token or password changes', async () => {
    const lasting = async (): Promise<Record<string, string>> => {
      const paths = (await filesBelow(layout.root)).filter((path) => !path.endsWith('/passwords'));
      const hashed = paths.map(async (path): Promise<[string, string]> => [
        path,
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      ]);
      return Object.fromEntries(await Promise.all(hashed));
    };
    const before = await lasting();
    await prepare(layout, 'full', silent);
    expect(await lasting()).toEqual(before);
  });

  test('private keys, tokens and passwords are for their owner alone', async () => {
    const secret =
      /key\.pem$|\.token$|passphrase$|password$|passwords$|config\.json$|builder\.json$|secrets\//;
    const paths = (await filesBelow(layout.root)).filter((path) => secret.test(path));
    expect(paths.length).toBeGreaterThan(60);
    for (const path of paths) expect(((await stat(path)).mode & 0o077).toString(8)).toBe('0');
  });

  test('no gateway takes a passphrase for consent unless whoever runs it says so', async () => {
    const file = layout.nodeFile('PatientsMSP', 'gateway', 'config.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ consentKeys: 'patient' });
    const compose = parse(await readFile(COMPOSE_FILE, 'utf8'), { merge: true, maxAliasCount: -1 }) as {
      services: { gateway: { environment: Record<string, unknown> } };
    };
    // Without a value: what .env says, and nothing otherwise.
    expect(compose.services.gateway.environment).toHaveProperty('CARELEDGER_CONSENT_KEYS', null);
  });

  test('a token opens one service for one holder', async () => {
    const services = ['gateway', 'api-hospital', 'api-lab', 'cloud-a', 'cloud-b'];
    const all = await Promise.all(
      services.map(async (service) =>
        Object.values((await readSecrets(layout.secrets(service)))?.tokens ?? {}),
      ),
    );
    const tokens = all.flat();
    expect(new Set(tokens).size).toBe(tokens.length);
    const config = await readFile(layout.nodeFile('CloudAMSP', 'cloud-a', 'config.json'), 'utf8');
    for (const own of all[3] ?? []) {
      expect(config).not.toContain(own);
      expect(config).toContain(createHash('sha256').update(own).digest('hex'));
    }
    const { auth } = JSON.parse(config) as { auth: { tokens: { name: string; mspId: string }[] } };
    const speaksFor = Object.fromEntries(auth.tokens.map(({ name, mspId }) => [name, mspId]));
    expect(speaksFor).toMatchObject({
      ...{ ops: 'CloudAMSP', practitioner: 'CloudAMSP', auditor: 'CloudAMSP', monitoring: 'CloudAMSP' },
      ...{
        gateway: 'PatientsMSP',
        'cloud-b': 'CloudBMSP',
        'api-hospital': 'HospitalMSP',
        'api-lab': 'LabMSP',
      },
    });
  });

  test('monitoring opens operations endpoints, and no administrator’s', async () => {
    const folder = layout.node('HospitalMSP', 'orderer-hospital');
    const config = parse(await readFile(join(folder, 'orderer.yaml'), 'utf8')) as {
      readonly Admin: { readonly TLS: { readonly ClientRootCAs: readonly string[] } };
      readonly Operations: { readonly TLS: { readonly ClientRootCAs: readonly string[] } };
    };
    expect(config.Admin.TLS.ClientRootCAs).toHaveLength(1);
    expect(config.Operations.TLS.ClientRootCAs).toEqual([
      ...config.Admin.TLS.ClientRootCAs,
      '/etc/hyperledger/fabric/monitoring-ca.pem',
    ]);
  });

  test('each OpenID provider is reached by one address, inside and outside, and sees its own folders alone', async () => {
    const compose = parse(await readFile(COMPOSE_FILE, 'utf8'), { merge: true, maxAliasCount: -1 }) as {
      services: Record<
        string,
        { ports: string[]; networks: string[]; volumes: object[]; healthcheck: { test: string[] } }
      >;
    };
    const { identities } = planOf(newState('full', 'compose'));
    expect(identities).toHaveLength(4);
    for (const { id, mspId, host, port } of identities) {
      const config = JSON.parse(await readFile(layout.nodeFile(mspId, id, 'config.json'), 'utf8')) as object;
      expect(config).toMatchObject({
        issuer: `https://${id}:${port}`,
        http: { port },
        auth: { tokens: [{ role: 'ops' }, { role: 'system', mspId }, { role: 'ops' }] },
      });
      expect(host).toBe(id);
      const container = compose.services[id];
      expect(container).toMatchObject({
        ports: [`\${CARELEDGER_BIND:-127.0.0.1}:${port}:${port}`],
        networks: ['services'],
        volumes: [
          { target: '/etc/careledger', volume: { subpath: `organizations/${mspId}/nodes/${id}` } },
          { target: '/var/lib/careledger/store', volume: { subpath: id } },
        ],
      });
      expect(container?.healthcheck.test).toContain(`https://localhost:${port}/readyz`);
    }
  });

  test('another profile on the same volumes is refused, with the way out', async () => {
    await expect(prepare(layout, 'small', silent)).rejects.toMatchObject({
      code: 'PROFILE_DIFFERS',
      message: expect.stringContaining('docker compose down -v'),
    });
  });
});
