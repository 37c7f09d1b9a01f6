import { setTimeout as delay } from 'node:timers/promises';
import { Gateway } from '@careledger/client';
import { cpuTimeMs, type Careledger, type Child, type ProcessGroup } from '@careledger/supervisor';
import { BenchError } from '../errors.js';
import type { Resident } from './household.js';

const POLL_MS = 250;
const ARRIVED_TIMEOUT_MS = 120_000;
/** Whoever hears of the records, and what follows them up, gets this long. */
const PAUSE_MS = 1_500;
const US_PER_MS = 1_000;
/** The network's process, by the name that the supervisor gives it. */
const NETWORK = 'devnet';

/** The services, whose CPU is looked at from outside. */
export class Services {
  readonly #ops: Gateway;
  readonly #processes: ProcessGroup;
  /** No service: its CPU is not counted. */
  readonly #network: Child;

  constructor({ gateway }: Careledger, processes: ProcessGroup) {
    this.#ops = new Gateway({ url: gateway.url, token: gateway.tokens.ops });
    this.#processes = processes;
    this.#network = processes.child(NETWORK);
  }

  /** An hour of each; one record of each more is announced when it resolves. Microseconds of CPU for each. */
  async round(
    residents: readonly Resident[],
    beginMs: number,
    send: (residents: readonly Resident[], beginMs: number) => Promise<void>,
  ): Promise<number> {
    await this.arrived();
    await delay(PAUSE_MS);
    const before = await this.#announced();
    const beginCpuMs = this.#cpuMs();
    await send(residents, beginMs);
    await this.arrived();
    await delay(PAUSE_MS);
    const cpuMs = this.#cpuMs() - beginCpuMs;
    const records = (await this.#announced()) - before;
    if (records !== residents.length)
      throw new BenchError('MEASURE_INVALID', `${records} of ${residents.length} records were announced`);
    return (cpuMs * US_PER_MS) / records;
  }

  /** Arrival of each emergency's frame to the authority's 2xx for its notice, by the gateway's clock: milliseconds. */
  async noticesMs(authorityId: string): Promise<number[]> {
    const { emergencies } = await this.#ops.getStatistics();
    return emergencies.flatMap(({ arrivedMs, notices }) => {
      const sentMs = notices.find((notice) => notice.authorityId === authorityId)?.sentMs ?? null;
      return arrivedMs === null || sentMs === null ? [] : [sentMs - arrivedMs];
    });
  }

  /** Resolves when no record is on its way any more. */
  async arrived(): Promise<void> {
    for (const deadlineMs = Date.now() + ARRIVED_TIMEOUT_MS; Date.now() < deadlineMs; await delay(POLL_MS)) {
      const { due, open } = await this.#ops.getOutbox();
      if (due + open.periodic + open.emergency === 0) return;
    }
    throw new BenchError('MEASURE_INVALID', 'The records of an hour did not arrive in time');
  }

  async #announced(): Promise<number> {
    const { announced } = await this.#ops.getStatistics();
    return announced.versions;
  }

  #cpuMs(): number {
    const services = this.#processes.children.filter((child) => child !== this.#network);
    return services.reduce((sum, { pid }) => sum + (pid === undefined ? 0 : cpuTimeMs(pid)), 0);
  }
}
