import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  MemoryCheckpoints,
  MemoryJournal,
  connectLedger,
  loadConnection,
  type Ledger,
} from '@careledger/ledger';
import {
  Family,
  PATIENTS_MSP,
  freePorts,
  newRoleTokens,
  newToken,
  registerOrganisation,
  roleEntries,
  startEmbeddedNetwork,
  startService,
  systemToken,
  tokenEntry,
  type RunningNetwork,
  type RunningService,
  type ServicePlan,
} from '@careledger/supervisor';
import { TestHome } from '../fixtures/services/test-home.js';

export type RigAuthority = RunningService & { readonly authorityId: string };
export type RigProvider = RunningService & { readonly providerId: string };

export interface LayersRigOptions {
  readonly authorities?: readonly { name: string; kind: string; mspId: string }[];
  readonly providers?: readonly { name: string; mspId: string }[];
  /** More configuration of every api. */
  readonly api?: Readonly<Record<string, unknown>>;
  /** Units for each of which there is a practitioner's token, `UNIT` → token. */
  readonly units?: readonly string[];
}

const HOSPITAL = { name: 'hospital', kind: 'hospital', mspId: 'HospitalMSP' };
const CLOUDS = [
  { name: 'cloud-a', mspId: 'CloudAMSP' },
  { name: 'cloud-b', mspId: 'CloudBMSP' },
];

/**
 * Layers 2 and 3 as processes on an embedded network: its ledgers, cloud providers, authorities' apis. Patients are
 * played by `home()`, through the same doors that a gateway uses.
 */
export class LayersRig implements AsyncDisposable {
  private constructor(
    readonly family: Family,
    readonly network: RunningNetwork,
    readonly dir: string,
    readonly authorities: Readonly<Record<string, RigAuthority>>,
    readonly providers: Readonly<Record<string, RigProvider>>,
    /** Tokens of practitioners that are bound to a unit. */
    readonly unitTokens: ReadonlyMap<string, string>,
    readonly patientsLedger: Ledger,
    private readonly stack: AsyncDisposableStack,
  ) {}

  static async start(options: LayersRigOptions = {}): Promise<LayersRig> {
    const { authorities = [HOSPITAL], providers = CLOUDS, units = [] } = options;
    await using stack = new AsyncDisposableStack();
    const dir = await mkdtemp(join(tmpdir(), 'careledger-rig-'));
    stack.defer(() => rm(dir, { recursive: true, force: true }));
    const family = stack.use(new Family());
    const logDir = join(dir, 'logs');
    const network = await startEmbeddedNetwork(family, join(dir, 'network'), logDir);
    const ports = await freePorts(authorities.length + providers.length);
    const unitTokens = new Map(units.map((unit) => [unit, newToken()]));

    const place = (name: string, mspId: string, callers: readonly string[]) => {
      const port = ports.pop() ?? 0;
      const tokens = newRoleTokens(callers);
      const url = `http://127.0.0.1:${port}`;
      const common = {
        networkId: network.networkId,
        dataDir: join(dir, name),
        keyPassphrase: randomBytes(18).toString('base64url'),
        http: { host: '127.0.0.1', port },
        auth: { tokens: roleEntries(tokens, mspId) },
        endpoint: url,
        ledger: { connectionFile: network.connectionFile, mspId, ...network.identity(mspId, 'user') },
      };
      return { running: { name, url, tokens }, common };
    };
    const everyMspId = [PATIENTS_MSP, ...[...providers, ...authorities].map(({ mspId }) => mspId)];
    const providerPlaces = providers.map(({ name, mspId }) => ({
      mspId,
      providerId: `prv_${name}`,
      ...place(
        name,
        mspId,
        everyMspId.filter((other) => other !== mspId),
      ),
    }));
    /** The providers as another organisation calls them. */
    const providersFor = (mspId: string) =>
      providerPlaces
        .filter((other) => other.mspId !== mspId)
        .map(({ providerId, running }) => ({
          providerId,
          url: running.url,
          token: systemToken(running.tokens, mspId),
        }));
    const authorityPlaces = authorities.map(({ name, kind, mspId }) => ({
      kind,
      mspId,
      authorityId: `aut_${name}`,
      ...place(name, mspId, [PATIENTS_MSP]),
    }));
    const plans: { mspId: string; plan: ServicePlan }[] = [
      ...providerPlaces.map(({ mspId, providerId, running, common }) => ({
        mspId,
        plan: {
          name: running.name,
          launcher: 'cloud-service/bin/careledger-cloud.js',
          config: {
            ...common,
            providerId,
            providers: providersFor(mspId).map(({ providerId, token }) => ({ providerId, token })),
          },
        },
      })),
      ...authorityPlaces.map(({ mspId, kind, authorityId, running, common }) => ({
        mspId,
        plan: {
          name: running.name,
          launcher: 'api/bin/careledger-api.js',
          config: {
            ...common,
            ...options.api,
            auth: {
              tokens: [
                ...common.auth.tokens,
                ...[...unitTokens].map(([unit, token]) => ({
                  ...tokenEntry(token, 'practitioner', { mspId }),
                  unit,
                })),
              ],
            },
            ledger: {
              ...common.ledger,
              peerMspIds: { cloud: [PATIENTS_MSP, ...providers.map(({ mspId }) => mspId)] },
            },
            authorityId,
            kind,
            providers: providersFor(mspId),
          },
        },
      })),
    ];
    for (const { mspId, plan } of plans) {
      await registerOrganisation(plan, join(dir, 'config'), network.identity(mspId, 'admin'));
      await startService(family, plan, join(dir, 'config'), logDir);
    }
    const { certificateFile, privateKeyFile } = network.identity(PATIENTS_MSP, 'gateway');
    const patientsLedger = stack.use(
      connectLedger({
        connection: loadConnection(network.connectionFile),
        mspId: PATIENTS_MSP,
        certificatePem: readFileSync(certificateFile, 'utf8'),
        privateKeyPem: readFileSync(privateKeyFile, 'utf8'),
        journal: new MemoryJournal(),
        checkpoints: new MemoryCheckpoints(),
      }),
    );
    const named = <T extends { running: RunningService }, R>(list: readonly T[], of: (entry: T) => R) =>
      Object.fromEntries(list.map((entry) => [entry.running.name, { ...entry.running, ...of(entry) }]));
    return new LayersRig(
      family,
      network,
      dir,
      named(authorityPlaces, ({ authorityId }) => ({ authorityId })),
      named(providerPlaces, ({ providerId }) => ({ providerId })),
      unitTokens,
      patientsLedger,
      stack.move(),
    );
  }

  authority(name = 'hospital'): RigAuthority {
    const found = this.authorities[name];
    if (found === undefined) throw new RangeError(`There is no authority ${name}`);
    return found;
  }

  provider(name = 'cloud-a'): RigProvider {
    const found = this.providers[name];
    if (found === undefined) throw new RangeError(`There is no provider ${name}`);
    return found;
  }

  /** A registered patient. */
  home(): Promise<TestHome> {
    return new TestHome(this.patientsLedger, this.network.networkId).register();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stack.disposeAsync();
  }
}
