import type { Principal } from '../msp/principal.js';
import { satisfies } from './evaluate.js';
import type { Policy } from './policy.js';

/** The one peer an organisation has here. */
function peerOf(mspId: string): { id: string; satisfies(principal: Principal): boolean } {
  return {
    id: mspId,
    satisfies: ({ mspId: wanted, role }) => wanted === mspId && (role === 'member' || role === 'peer'),
  };
}

/**
 * The smallest sets of organisations whose peers together satisfy all policies, fewest organisations first,
 * and those with the preferred organisation before the others: what discovery's layouts are on Fabric.
 */
export function endorsingSets(
  policies: readonly Policy[],
  mspIds: readonly string[],
  preferred: string | undefined,
): string[][] {
  const minimal: number[] = [];
  const subsets = Array.from({ length: 2 ** mspIds.length - 1 }, (_, index) => index + 1);
  subsets.sort((a, b) => bits(a) - bits(b) || a - b);
  for (const subset of subsets) {
    if (minimal.some((smaller) => (smaller & subset) === smaller)) continue;
    const peers = members(subset, mspIds).map(peerOf);
    if (policies.every((policy) => satisfies(policy, peers))) minimal.push(subset);
  }
  const sets = minimal.map((subset) => members(subset, mspIds));
  const has = (set: string[]): number => (preferred !== undefined && set.includes(preferred) ? 0 : 1);
  return sets.sort((a, b) => has(a) - has(b));
}

function bits(subset: number): number {
  let count = 0;
  for (let rest = subset; rest > 0; rest &= rest - 1) count += 1;
  return count;
}

function members(subset: number, mspIds: readonly string[]): string[] {
  return mspIds.filter((_, index) => subset & (1 << index));
}
