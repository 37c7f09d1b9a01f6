import { join } from 'node:path';
import {
  loadNetworkDefinition,
  planNetwork,
  type NetworkPlan,
  type ProfileName,
  type RunnerName,
} from '@careledger/network-definition';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { NetworkAdminError } from '../errors.js';
import { readIfThere, writePublic } from '../identities/files.js';

/** What a network's folder remembers of how it was started and changed. */
const NetworkState = Type.Object(
  {
    profile: Type.Union([Type.Literal('small'), Type.Literal('full')]),
    runner: Type.Union([Type.Literal('native'), Type.Literal('compose')]),
    /** Added to every port of the definition. */
    portOffset: Type.Integer({ minimum: 0, maximum: 15_000 }),
    /** MSP IDs of the organisations that joined later. */
    joined: Type.Array(Type.String()),
    /** MSP IDs of the organisations that left. */
    left: Type.Array(Type.String()),
    /** Versions of chaincodes that were upgraded, by name. */
    chaincodeVersions: Type.Record(Type.String(), Type.String()),
    /** Whether the organisations' services run beside the network; no unless it is there. */
    services: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type NetworkState = Static<typeof NetworkState>;

const validator = Compile(NetworkState);
const FILE = 'network.json';

/** The state of the network in `root`; undefined where there is none. */
export async function readState(root: string): Promise<NetworkState | undefined> {
  const path = join(root, FILE);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  const value = parse(text);
  if (validator.Check(value)) return value;
  throw new NetworkAdminError('STATE_UNREADABLE', `${path} is damaged: restore it from a backup`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As {@link readState}, but a folder without a network is an error. */
export async function requireState(root: string): Promise<NetworkState> {
  const state = await readState(root);
  if (state) return state;
  throw new NetworkAdminError(
    'NOT_SET_UP',
    `there is no network in ${root}: start one first, or name its folder with --dir`,
  );
}

export async function writeState(root: string, state: NetworkState): Promise<void> {
  await writePublic(join(root, FILE), `${JSON.stringify(state, undefined, 2)}\n`);
}

export function newState(profile: ProfileName, runner: RunnerName, portOffset = 0): NetworkState {
  return { profile, runner, portOffset, joined: [], left: [], chaincodeVersions: {} };
}

/** The plan that a state amounts to. */
export function planOf(state: NetworkState, definitionPath?: string): NetworkPlan {
  return planNetwork(loadNetworkDefinition(definitionPath), state);
}
