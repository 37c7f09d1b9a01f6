import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { NetworkPlan, ServiceNode } from '@careledger/network-definition';
import { RunnerError } from '../errors.js';

/** Natively nothing listens beyond this machine. */
export const LOOPBACK = '127.0.0.1';
/** A process that was killed is gone a little before its ports are free. */
const RELEASE_TIMEOUT_MS = 3_000;
const RELEASE_POLL_MS = 50;

/** What a process listens on. */
export interface Listener {
  readonly host: string;
  readonly ports: readonly number[];
}

/** A service, or an organisation's OpenID provider, with its address. */
export type Program = Pick<ServiceNode, 'id' | 'host' | 'port' | 'mqttPort'>;

/** Names of a network's processes, each with the addresses that it listens on. */
export function listeners(plan: NetworkPlan, programs: readonly Program[]): Map<string, Listener> {
  return new Map<string, Listener>([
    ...plan.orderers.map(({ id, host, port, adminPort, operationsPort }): [string, Listener] => [
      id,
      { host, ports: [port, adminPort, operationsPort] },
    ]),
    ...plan.peers.map(({ id, host, port, operationsPort }): [string, Listener] => [
      id,
      { host, ports: [port, operationsPort] },
    ]),
    ...plan.chaincodeHosts.map(({ id, host, ports }): [string, Listener] => [
      id,
      { host, ports: Object.values(ports) },
    ]),
    ...programs.map(({ id, host, port, mqttPort }): [string, Listener] => [
      id,
      { host, ports: mqttPort === undefined ? [port] : [port, mqttPort] },
    ]),
  ]);
}

/** Throws when one of the processes to be started would find its port taken: by another network, as a rule. */
export async function checkPorts(
  planned: ReadonlyMap<string, Listener>,
  starting: ReadonlySet<string>,
): Promise<void> {
  const taken = await Promise.all(
    [...planned]
      .filter(([name]) => starting.has(name))
      .flatMap(([name, { host, ports }]) =>
        ports.map(async (port) =>
          (await isFreed(host, port)) ? undefined : `${host}:${port} (for ${name})`,
        ),
      ),
  );
  const found = taken.filter((entry) => entry !== undefined);
  if (found.length === 0) return;
  throw new RunnerError(
    'PORT_TAKEN',
    `something else listens on ${found.join(', ')}: stop it, or start this network with --port-offset`,
  );
}

async function isFreed(host: string, port: number): Promise<boolean> {
  const deadline = Date.now() + RELEASE_TIMEOUT_MS;
  while (!(await isFree(host, port))) {
    if (Date.now() > deadline) return false;
    await delay(RELEASE_POLL_MS);
  }
  return true;
}

async function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
