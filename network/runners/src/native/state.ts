import { join } from 'node:path';
import { writePublic, readIfThere } from '@careledger/network-admin';
import type { ProfileName } from '@careledger/network-definition';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { RunnerError } from '../errors.js';

/** What a network's folder remembers of how it was started and changed. */
const NativeState = Type.Object(
  {
    profile: Type.Union([Type.Literal('small'), Type.Literal('full')]),
    /** MSP IDs of the organisations that joined later. */
    joined: Type.Array(Type.String()),
    /** MSP IDs of the organisations that left. */
    left: Type.Array(Type.String()),
    /** Added to every port of the definition. */
    portOffset: Type.Integer({ minimum: 0, maximum: 15_000 }),
    /** Versions of chaincodes that were upgraded, by name. */
    chaincodeVersions: Type.Record(Type.String(), Type.String()),
  },
  { additionalProperties: false },
);
export type NativeState = Static<typeof NativeState>;

const validator = Compile(NativeState);
const FILE = 'network.json';

/** The state of the network in `root`; undefined where there is none. */
export async function readState(root: string): Promise<NativeState | undefined> {
  const path = join(root, FILE);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  if (validator.Check(value)) return value;
  throw new RunnerError('STATE_UNREADABLE', `${path} is damaged: restore it from a backup`);
}

export async function writeState(root: string, state: NativeState): Promise<void> {
  await writePublic(join(root, FILE), `${JSON.stringify(state, undefined, 2)}\n`);
}

export function newState(profile: ProfileName, portOffset: number): NativeState {
  return { profile, joined: [], left: [], portOffset, chaincodeVersions: {} };
}
