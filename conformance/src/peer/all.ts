import { setTimeout as delay } from 'node:timers/promises';
import type { Outcome } from '../fixtures/observation/outcome.js';
import type { PeerNetwork } from '../fixtures/probe/peer-network.js';
import type { Scenario } from './scenario.js';
import { calls } from './scenarios/calls.js';
import { collections } from './scenarios/collections.js';
import { conflicts } from './scenarios/conflicts.js';
import { events } from './scenarios/events.js';
import { policies } from './scenarios/policies.js';
import { privateData } from './scenarios/private-data.js';
import { ranges } from './scenarios/ranges.js';
import { refusals } from './scenarios/refusals.js';
import { state } from './scenarios/state.js';
import { upgrades } from './scenarios/upgrades.js';

const GROUPS = {
  state,
  ranges,
  conflicts,
  policies,
  privateData,
  collections,
  events,
  calls,
  refusals,
  upgrades,
};

/** Every scenario, by its group and name. */
export const SCENARIOS: ReadonlyMap<string, Scenario> = new Map(
  Object.entries(GROUPS).flatMap(([group, scenarios]) =>
    Object.entries(scenarios).map(([name, scenario]): [string, Scenario] => [`${group}: ${name}`, scenario]),
  ),
);

/** An event that does not come must not hold up the other scenarios. */
const SCENARIO_TIMEOUT_MS = 60_000;

async function tooLong(): Promise<never> {
  await delay(SCENARIO_TIMEOUT_MS, undefined, { ref: false });
  throw new Error(`not done within ${SCENARIO_TIMEOUT_MS} ms`);
}

/** Whether a scenario itself failed, so that its outcome says nothing about the network. */
export function hasFailed(outcome: Outcome | undefined): boolean {
  return (
    outcome === undefined || (typeof outcome === 'object' && outcome !== null && 'scenarioFailed' in outcome)
  );
}

/** Outcome of every scenario, one after the other; what a scenario itself failed of is its outcome. */
export async function outcomesOn(network: PeerNetwork): Promise<Record<string, Outcome>> {
  const outcomes: Record<string, Outcome> = {};
  for (const [name, scenario] of SCENARIOS) {
    outcomes[name] = await Promise.race([scenario(network), tooLong()]).catch((error: unknown) => ({
      scenarioFailed: String(error),
    }));
  }
  return outcomes;
}
