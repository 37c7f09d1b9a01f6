import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ServiceProgram } from '@careledger/network-definition';
import type { ProcessGroup } from '../process-group.js';
import {
  localConfig,
  localServices,
  runningService,
  servicePlan,
  type LocalService,
  type RunningService,
} from './local-services.js';
import { identityPlan, localIdentities, type RunningIdentity } from './local-identity.js';
import type { RunningNetwork } from './network.js';
import { configPath, registerOrganisation, startService, type ServicePlan } from './service.js';

const GATEWAY_ID = 'gateway-home';
/** The hot path: collecting a small young generation over and over would cost it a quarter of its time. */
const GATEWAY_FLAGS: readonly string[] = ['--max-semi-space-size=8'];
/**
 * Recordings are replayed in seconds: what a device measured in weeks comes within one hour. This is more than any
 * recording makes.
 */
const REPLAYED_RECORDS = 1_000_000;

export interface CareledgerOptions {
  readonly processes: ProcessGroup;
  readonly network: RunningNetwork;
  /** Everything that the services keep, with their configuration and logs. */
  readonly dir: string;
  /** Period of the periodic records, in measured time. */
  readonly recordIntervalMs: number;
  /** Time between anchors of the private chains; the gateway's own default unless given. */
  readonly anchorIntervalMs?: number;
  /** Names of the authorities whose apis run, of those that the network has; all of them unless given. */
  readonly authorities?: readonly string[];
  /** Names of the authorities that get an OpenID provider, which their apis trust; none unless given. */
  readonly identities?: readonly string[];
  /**
   * Flags of Node for services that have none wherever they run (`PROCESS_MEMORY`); unless given, those with which many of them on
   * one machine stay small.
   */
  readonly nodeFlags?: readonly string[];
  /** The first organisation is registered: the network's first transaction is committed. */
  readonly onFirstTransaction?: () => void;
}

/** All services of the three layers, running. */
export interface Careledger {
  readonly gateway: RunningService & { readonly gatewayId: string };
  /** By name: `hospital`, `lab`, … */
  readonly authorities: Readonly<Record<string, RunningService & { readonly authorityId: string }>>;
  readonly providers: Readonly<Record<string, RunningService & { readonly providerId: string }>>;
  /** OpenID providers, by the name of their authority. */
  readonly identities: Readonly<Record<string, RunningIdentity>>;
}

/** Registers the organisations and starts every service; what it starts belongs to the process group. */
export async function startCareledger(options: CareledgerOptions): Promise<Careledger> {
  const { dir, processes } = options;
  const identities = await localIdentities(options.network, options.identities ?? []);
  const network = { ...options.network, plan: { ...options.network.plan, identities } };
  const services = (await localServices(network, options.authorities)).map((service) =>
    service.program === 'gateway' ? { ...service, name: GATEWAY_ID } : service,
  );
  const planOf = (service: LocalService): ServicePlan => {
    const isGateway = service.program === 'gateway';
    // Apis ask first at another provider than the gateway's own, so that requests cross providers.
    const inOrder = service.program === 'api' ? services.toReversed() : services;
    const config = localConfig(service, { network, dir, services: inOrder });
    const plan = servicePlan(service, { ...config, ...(isGateway && gatewaySettings(options)) });
    const nodeFlags = plan.nodeFlags ?? options.nodeFlags ?? (isGateway ? GATEWAY_FLAGS : undefined);
    return nodeFlags === undefined ? plan : { ...plan, nodeFlags };
  };

  const configDir = join(dir, 'config');
  const logDir = join(dir, 'logs');
  const start = async (service: LocalService, onRegistered?: () => void): Promise<void> => {
    const plan = planOf(service);
    await registerOrganisation(plan, configDir, network.identity(service.mspId, 'admin'));
    onRegistered?.();
    await startService(processes, plan, configDir, logDir);
  };
  const of = (program: ServiceProgram): LocalService[] =>
    services.filter((service) => service.program === program);
  let isFirstCommitted = false;
  const onRegistered = (): void => {
    if (!isFirstCommitted) options.onFirstTransaction?.();
    isFirstCommitted = true;
  };
  const identityPlans = identities.map((node) => identityPlan(node, dir, services));
  await eachAtMost(availableParallelism(), [
    ...[...of('cloud'), ...of('api')].map((service) => () => start(service, onRegistered)),
    ...identityPlans.map((plan) => () => startService(processes, plan, configDir, logDir)),
  ]);
  const [gateway] = of('gateway');
  if (gateway === undefined) throw new RangeError('The network has no gateway.');
  await start(gateway);
  return {
    gateway: { ...runningService(gateway), gatewayId: gateway.name },
    authorities: Object.fromEntries(
      of('api').map((service) => [service.id, { ...runningService(service), authorityId: service.name }]),
    ),
    providers: Object.fromEntries(
      of('cloud').map((service) => [service.id, { ...runningService(service), providerId: service.name }]),
    ),
    identities: Object.fromEntries(
      identities.map(({ id, organization, url }) => [
        organization,
        { name: id, url, configFile: configPath({ name: id }, configDir) },
      ]),
    ),
  };
}

const gatewaySettings = ({ recordIntervalMs, anchorIntervalMs }: CareledgerOptions) => ({
  recordIntervalMs,
  recordsPerDeviceHour: { emergency: REPLAYED_RECORDS, periodic: REPLAYED_RECORDS },
  ...(anchorIntervalMs !== undefined && { anchorIntervalMs }),
});

/** Processes that start together only slow one another, and stand in memory together: one for each core. */
async function eachAtMost(limit: number, starts: readonly (() => Promise<unknown>)[]): Promise<void> {
  const waiting = [...starts];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
