import { randomBytes } from 'node:crypto';
import { ContractError } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import type { Caller } from '../src/caller/caller.js';
import { dispatch } from '../src/dispatch/dispatch.js';
import type { Chaincode } from '../src/dispatch/handlers.js';
import { MemoryState, type World } from './memory-state.js';

export interface MemoryProposal {
  readonly channel: ChannelName;
  readonly chaincode: string;
  readonly name: string;
  readonly args: unknown;
  readonly caller: Caller;
  readonly atMs?: number;
}

export interface Endorsed {
  readonly txId: string;
  readonly result: unknown;
  readonly event?: { readonly name: string; readonly payload: unknown };
  readonly states: readonly MemoryState[];
  /** Functions that ran, `chaincode.Function`, in the order in which they were called. */
  readonly calls: readonly string[];
}

/**
 * Channels and chaincodes in memory, for tests of contracts without Fabric: endorse first, commit later, with the
 * checks of read sets that Fabric makes in between.
 */
export class MemoryNetwork {
  readonly #chaincodes: readonly Chaincode[];
  readonly #worlds = new Map<string, World>();
  #commits = 0;
  /** Default timestamp of transactions; tests move it. */
  nowMs = Date.parse('2026-03-01T12:00:00.000Z');

  constructor(
    readonly networkId: string,
    chaincodes: readonly Chaincode[],
  ) {
    this.#chaincodes = chaincodes;
  }

  /** Another network whose ledgers hold the same; what happens on one is not seen on the other. */
  copy(): MemoryNetwork {
    const copied = new MemoryNetwork(this.networkId, this.#chaincodes);
    for (const [name, world] of this.#worlds) copied.#worlds.set(name, new Map(world));
    copied.#commits = this.#commits;
    copied.nowMs = this.nowMs;
    return copied;
  }

  /** @throws ContractError as the chaincode does */
  async endorse({ channel, chaincode, name, args, caller, atMs }: MemoryProposal): Promise<Endorsed> {
    const txId = randomBytes(32).toString('hex');
    const states = new Map<string, MemoryState>();
    const calls: string[] = [];
    let event: Endorsed['event'];
    const run = async (target: string, fn: string, given: unknown): Promise<unknown> => {
      const found = this.#chaincodes.find(({ definition }) => definition.name === target);
      if (found === undefined) throw new Error(`No chaincode ${target} here.`);
      const state = states.get(target) ?? new MemoryState(this.#worldOf(channel, target));
      states.set(target, state);
      calls.push(`${target}.${fn}`);
      const text = typeof given === 'string' ? given : JSON.stringify(given);
      const result = await dispatch(
        found,
        { networkId: this.networkId, name: fn, given: [text] },
        {
          channel,
          txId,
          atMs: atMs ?? this.nowMs,
          caller,
          state,
          call: run,
          emit: (eventName, payload) => {
            event = { name: eventName, payload: JSON.parse(Buffer.from(payload).toString()) as unknown };
          },
        },
      );
      return JSON.parse(result) as unknown;
    };
    const result = await run(chaincode, name, args);
    return { txId, result, calls, states: [...states.values()], ...(event === undefined ? {} : { event }) };
  }

  /** Validates and, if valid, applies. */
  commit({ states }: Endorsed): 'VALID' | 'MVCC_READ_CONFLICT' | 'PHANTOM_READ_CONFLICT' {
    for (const state of states) {
      const code = state.validate();
      if (code !== 'VALID') return code;
    }
    this.#commits += 1;
    for (const state of states) state.apply(this.#commits);
    return 'VALID';
  }

  /** Endorses and commits. */
  async submit(proposal: MemoryProposal): Promise<Endorsed> {
    const endorsed = await this.endorse(proposal);
    const code = this.commit(endorsed);
    if (code !== 'VALID') throw new Error(`${proposal.name} was not committed: ${code}`);
    return endorsed;
  }

  async evaluate(proposal: MemoryProposal): Promise<unknown> {
    const { result, states } = await this.endorse(proposal);
    if (states.some(({ writes }) => writes.size > 0)) throw new Error(`${proposal.name} writes.`);
    return result;
  }

  #worldOf(channel: string, chaincode: string): World {
    const name = `${channel}/${chaincode}`;
    const world = this.#worlds.get(name) ?? new Map<string, never>();
    this.#worlds.set(name, world);
    return world;
  }
}

/** The code with which a transaction fails; undefined where it does not. */
export async function codeOf(act: Promise<unknown>): Promise<string | undefined> {
  try {
    await act;
    return undefined;
  } catch (error) {
    if (error instanceof ContractError) return error.code;
    throw error;
  }
}
