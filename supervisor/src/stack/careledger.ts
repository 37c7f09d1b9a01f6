import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Family } from '../family.js';
import { freePorts } from '../ports.js';
import { PATIENTS_MSP, newRoleTokens, roleEntries, systemToken, type RoleTokens } from './credentials.js';
import type { RunningNetwork } from './network.js';
import { registerOrganisation, startService, type ServicePlan } from './service.js';

/** An authority that takes part: its process, its organisation. */
export interface AuthoritySpec {
  readonly name: string;
  readonly kind: 'hospital' | 'lab' | 'insurer' | 'pharmacy' | 'research';
  readonly mspId: string;
}

/** A cloud provider that takes part. */
export interface ProviderSpec {
  readonly name: string;
  readonly mspId: string;
}

/** The authorities of the demo. */
export const AUTHORITIES: readonly AuthoritySpec[] = [
  { name: 'hospital', kind: 'hospital', mspId: 'HospitalMSP' },
  { name: 'lab', kind: 'lab', mspId: 'LabMSP' },
  { name: 'insurer', kind: 'insurer', mspId: 'InsurerMSP' },
];
/** Those of the demo's authorities whose organisation has a peer on channel `authorities` of this network. */
export function authoritiesOn(network: RunningNetwork): readonly AuthoritySpec[] {
  const { channels } = JSON.parse(readFileSync(network.connectionFile, 'utf8')) as {
    channels: Record<string, { organizations: Record<string, unknown> }>;
  };
  const members = channels['authorities']?.organizations ?? {};
  return AUTHORITIES.filter(({ mspId }) => Object.hasOwn(members, mspId));
}
/** The cloud providers of the demo. */
export const PROVIDERS: readonly ProviderSpec[] = [
  { name: 'cloud-a', mspId: 'CloudAMSP' },
  { name: 'cloud-b', mspId: 'CloudBMSP' },
];

/** More than any recording makes. */
const REPLAYED_RECORDS = 1_000_000;

export interface CareledgerOptions {
  readonly family: Family;
  readonly network: RunningNetwork;
  /** Everything that the services keep, with their configuration and logs. */
  readonly dir: string;
  /** Period of the periodic records, in measured time. */
  readonly recordIntervalMs: number;
  /** Time between anchors of the private chains; the gateway's own default unless given. */
  readonly anchorIntervalMs?: number;
  /** Those of the demo that the network has, unless named. */
  readonly authorities?: readonly AuthoritySpec[];
  readonly providers?: readonly ProviderSpec[];
  /** The first organisation is registered: the network's first transaction is committed. */
  readonly onFirstTransaction?: () => void;
}

/** A service that runs, and the tokens that open its door. */
export interface RunningService {
  /** Name of its process in the family. */
  readonly name: string;
  readonly url: string;
  readonly tokens: RoleTokens;
}

/** All services of the three layers, running. */
export interface Careledger {
  readonly gateway: RunningService & { readonly gatewayId: string };
  /** By name: `hospital`, `lab`, … */
  readonly authorities: Readonly<Record<string, RunningService & { readonly authorityId: string }>>;
  readonly providers: Readonly<Record<string, RunningService & { readonly providerId: string }>>;
}

/** Where a service will listen, known before it starts so that it is the same after a restart. */
interface Place {
  readonly port: number;
  readonly url: string;
  readonly tokens: RoleTokens;
}

/** Registers the organisations and starts every service; what it starts belongs to the family. */
export async function startCareledger(options: CareledgerOptions): Promise<Careledger> {
  const { dir, family, network, providers = PROVIDERS } = options;
  const { authorities = authoritiesOn(network) } = options;
  const ports = await freePorts(providers.length + authorities.length + 2);
  const nextPlace = (callers: readonly string[]): Place => {
    const port = ports.pop() ?? 0;
    return { port, url: `http://127.0.0.1:${port}`, tokens: newRoleTokens(callers) };
  };
  // Every organisation calls the providers, gateways alone call the authorities.
  const everyMspId = [PATIENTS_MSP, ...[...providers, ...authorities].map(({ mspId }) => mspId)];
  const providerPlaces = providers.map((spec) => ({
    spec,
    id: `prv_${spec.name}`,
    place: nextPlace(everyMspId.filter((mspId) => mspId !== spec.mspId)),
  }));
  const authorityPlaces = authorities.map((spec) => ({
    spec,
    id: `aut_${spec.name}`,
    place: nextPlace([PATIENTS_MSP]),
  }));
  const gatewayPlace = nextPlace([]);
  const mqttPort = ports.pop() ?? 0;

  const common = (name: string, mspId: string, place: Place, user: 'user' | 'gateway' = 'user') => ({
    networkId: network.networkId,
    dataDir: join(dir, name),
    keyPassphrase: randomBytes(18).toString('base64url'),
    http: { host: '127.0.0.1', port: place.port },
    auth: { tokens: roleEntries(place.tokens, mspId) },
    ledger: { connectionFile: network.connectionFile, mspId, ...network.identity(mspId, user) },
  });
  /** The providers as another organisation calls them. */
  const providersFor = (mspId: string) =>
    providerPlaces
      .filter(({ spec }) => spec.mspId !== mspId)
      .map(({ id, place }) => ({
        providerId: id,
        url: place.url,
        token: systemToken(place.tokens, mspId),
      }));
  const authorityList = authorityPlaces.map(({ id, place }) => ({
    authorityId: id,
    token: systemToken(place.tokens, PATIENTS_MSP),
  }));

  const providerPlans = providerPlaces.map(({ spec, id, place }) => ({
    mspId: spec.mspId,
    plan: {
      name: spec.name,
      launcher: 'cloud-service/bin/careledger-cloud.js',
      config: {
        ...common(spec.name, spec.mspId, place),
        providerId: id,
        endpoint: place.url,
        providers: providersFor(spec.mspId).map(({ providerId, token }) => ({ providerId, token })),
      },
    } satisfies ServicePlan,
  }));
  const authorityPlans = authorityPlaces.map(({ spec, id, place }) => {
    const base = common(spec.name, spec.mspId, place);
    return {
      mspId: spec.mspId,
      plan: {
        name: spec.name,
        launcher: 'api/bin/careledger-api.js',
        config: {
          ...base,
          ledger: {
            ...base.ledger,
            peerMspIds: { cloud: [PATIENTS_MSP, ...providers.map(({ mspId }) => mspId)] },
          },
          authorityId: id,
          kind: spec.kind,
          endpoint: place.url,
          // Asked first at another provider than the gateway's own, so that requests cross providers.
          providers: providersFor(spec.mspId).toReversed(),
        },
      } satisfies ServicePlan,
    };
  });
  const gatewayId = 'gateway-home';
  const gatewayPlan: ServicePlan = {
    name: 'gateway',
    launcher: 'gateway-service/bin/careledger-gateway.js',
    // The hot path: collecting a small young generation over and over would cost it a quarter of its time.
    nodeFlags: ['--max-semi-space-size=8'],
    config: {
      ...common('gateway', PATIENTS_MSP, gatewayPlace, 'gateway'),
      gatewayId,
      mqtt: { host: '127.0.0.1', port: mqttPort },
      recordIntervalMs: options.recordIntervalMs,
      // Recordings are replayed in seconds: what a device measured in weeks comes within one hour.
      recordsPerDeviceHour: { emergency: REPLAYED_RECORDS, periodic: REPLAYED_RECORDS },
      ...(options.anchorIntervalMs !== undefined && { anchorIntervalMs: options.anchorIntervalMs }),
      providers: providersFor(PATIENTS_MSP),
      authorities: authorityList,
    },
  };

  const configDir = join(dir, 'config');
  const logDir = join(dir, 'logs');
  let isFirstCommitted = false;
  await eachAtMost(availableParallelism(), [...providerPlans, ...authorityPlans], async ({ mspId, plan }) => {
    await registerOrganisation(plan, configDir, network.identity(mspId, 'admin'));
    if (!isFirstCommitted) options.onFirstTransaction?.();
    isFirstCommitted = true;
    await startService(family, plan, configDir, logDir);
  });
  await registerOrganisation(gatewayPlan, configDir, network.identity(PATIENTS_MSP, 'admin'));
  await startService(family, gatewayPlan, configDir, logDir);

  const running = (name: string, { url, tokens }: Place): RunningService => ({ name, url, tokens });
  return {
    gateway: { ...running('gateway', gatewayPlace), gatewayId },
    authorities: Object.fromEntries(
      authorityPlaces.map(({ spec, id, place }) => [
        spec.name,
        { ...running(spec.name, place), authorityId: id },
      ]),
    ),
    providers: Object.fromEntries(
      providerPlaces.map(({ spec, id, place }) => [
        spec.name,
        { ...running(spec.name, place), providerId: id },
      ]),
    ),
  };
}

/** Processes that start together only slow one another, and stand in memory together: one for each core. */
async function eachAtMost<T>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
