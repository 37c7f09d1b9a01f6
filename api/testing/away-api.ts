import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, loadConfig, type ServiceApp } from '@careledger/service-kit';
import { buildApp } from '../src/app.js';
import { ApiConfig } from '../src/config.js';
import { openKeys } from '../src/keys.js';

/** An authority's api whose ledger is away: nothing listens at its peers. */
export class AwayApi implements AsyncDisposable {
  private constructor(
    readonly dir: string,
    readonly config: ApiConfig,
    readonly app: ServiceApp,
  ) {}

  /** @param more settings besides those that every such api has, e.g. `auth` */
  static async open(more: Readonly<Record<string, unknown>>): Promise<AwayApi> {
    const dir = await mkdtemp(join(tmpdir(), 'careledger-api-'));
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const peer = { endpoint: '127.0.0.1:9', tlsRoot: '-----BEGIN CERTIFICATE-----', serverName: 'peer' };
    const files = {
      'connection.json': JSON.stringify({
        channels: {
          authorities: { organizations: { HospitalMSP: peer } },
          cloud: { organizations: { PatientsMSP: peer } },
        },
      }),
      'cert.pem': '-----BEGIN CERTIFICATE-----',
      'key.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'config.json': JSON.stringify({
        authorityId: 'aut_hospital',
        kind: 'hospital',
        networkId: 'devnet',
        endpoint: 'http://127.0.0.1:1',
        dataDir: join(dir, 'data'),
        keyPassphrase: randomBytes(12).toString('hex'),
        ledger: {
          connectionFile: join(dir, 'connection.json'),
          mspId: 'HospitalMSP',
          certificateFile: join(dir, 'cert.pem'),
          privateKeyFile: join(dir, 'key.pem'),
          peerMspIds: { cloud: ['PatientsMSP'] },
        },
        providers: [
          { providerId: 'prv_cloud-a', url: 'http://127.0.0.1:9', token: randomBytes(16).toString('hex') },
        ],
        ...more,
      }),
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
    const { config } = loadConfig({ schema: ApiConfig, file: join(dir, 'config.json'), env: {} });
    // As somebody with the umask of most systems made it.
    mkdirSync(config.dataDir, { mode: 0o755 });
    const keys = await openKeys(config.dataDir, config.keyPassphrase);
    const app = await buildApp(config, createLogger('api', { level: 'silent' }), keys);
    await app.ready();
    return new AwayApi(dir, config, app);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close();
    await rm(this.dir, { recursive: true });
  }
}
