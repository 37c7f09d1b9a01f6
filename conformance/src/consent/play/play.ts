import type { World } from '../world/world.js';
import type { History } from './history.js';
import type { Person } from './person.js';
import type { Random } from './random.js';

/** What all clients share. */
export interface Stage {
  readonly world: World;
  readonly people: readonly Person[];
  readonly history: History;
  /** Permits that their relay has not spent, some of them too old. */
  readonly held: HeldPermit[];
}

/** A permit as its relay holds it. */
export interface HeldPermit {
  readonly permitTxId: string;
  readonly requestSid: string;
  readonly patientId: string;
  readonly recordId: string;
  readonly version: number;
  readonly requester: string;
}

/** One of many: chooses by its own sequence, by a clock of its own. */
export interface Client {
  readonly number: number;
  readonly random: Random;
  /** Its clock, against the host's. */
  readonly aheadMs: number;
  /** Those whom it has most to do with. */
  readonly own: readonly Person[];
}

/** Of how many it takes somebody whom others have more to do with, in percent: that is what makes them meet. */
const OTHERS_PERCENT = 40;
const AT_ONCE_MAX = 8;

/** Whom a client has to do with now, each once. */
export function chosen({ people }: Stage, { random, own }: Client): Person[] {
  const some = random.some(own, 1 + random.below(AT_ONCE_MAX));
  if (!random.chance(OTHERS_PERCENT)) return some;
  return [...new Set([...some.slice(1), random.of(people)])];
}

/** Seconds since 1970 by the client's clock. */
export const iatOf = ({ aheadMs }: Pick<Client, 'aheadMs'>): number =>
  Math.floor((Date.now() + aheadMs) / 1000);
