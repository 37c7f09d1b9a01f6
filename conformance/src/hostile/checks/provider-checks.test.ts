import { rm } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { buildApp } from '@careledger/cloud-service';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { requestAhead } from '../../cloud/hasty-relay.js';
import { ProviderRig } from '../../cloud/provider-rig.js';
import { Scene } from '../../cloud/scene.js';
import { isThrough } from '../attempt.js';
import { PROVIDER_ATTEMPTS } from '../provider/provider-attempts.js';
import { ProviderCast } from '../provider/provider-cast.js';
import { expectedThrough, keysOf } from './mutant.js';
import { PROVIDER_MUTANTS } from './provider-mutants.js';
import { PROVIDER_PLACES, type ProviderCheck } from './provider-places.js';
import { buildSwitched, type Switches } from './switched-build.js';

const TIMEOUT_MS = 180_000;

/** Beside compiled code: what is not of this repository is found from here. */
const bundle = fileURLToPath(new URL(`switched-provider-${process.pid}.mjs`, import.meta.url));
await buildSwitched({ '@careledger/cloud-service': ['buildApp'] }, PROVIDER_PLACES, bundle);
afterAll(() => rm(bundle));
const built = (await import(pathToFileURL(bundle).href)) as {
  readonly buildApp: typeof buildApp;
  readonly switches: Switches;
};
const { switches } = built;
afterEach(() => switches.off.clear());

let rig: ProviderRig | undefined;
const running = (): ProviderRig => {
  if (rig === undefined) throw new Error('The providers have not started.');
  return rig;
};
const cast = new ProviderCast(new Scene(running), (identity, statement, aheadMs) =>
  requestAhead(running().network, identity, statement, aheadMs),
);
beforeAll(async () => {
  rig = await ProviderRig.start(built.buildApp);
  await cast.register();
}, TIMEOUT_MS);
afterAll(() => rig?.[Symbol.asyncDispose](), TIMEOUT_MS);

const tries = PROVIDER_ATTEMPTS.flatMap(({ id, tries }) => tries.map((each) => ({ kind: id, ...each })));
/** The checks without which an attempt would have run otherwise. */
const decisive = new Map<(typeof tries)[number], ReadonlySet<string>>();

test(
  'with every check on, every attempt is answered as the list says',
  async () => {
    const answers: Record<string, string> = {};
    for (const each of tries) {
      switches.decisive.clear();
      answers[keysOf([each]).join()] = await each.run(cast);
      decisive.set(each, new Set(switches.decisive));
    }
    expect(answers).toEqual(Object.fromEntries(tries.map((each) => [keysOf([each]).join(), each.answer])));
  },
  TIMEOUT_MS,
);

test('every check is switched off by some mutant', () => {
  expect([...new Set(PROVIDER_MUTANTS.flatMap(({ off }) => off))].sort()).toEqual(
    (Object.keys(PROVIDER_PLACES) as ProviderCheck[]).sort(),
  );
});

test.each(PROVIDER_MUTANTS)('without $off, exactly what it holds against gets through', async (mutant) => {
  for (const check of mutant.off) switches.off.add(check);
  const through = [];
  for (const each of tries)
    if (mutant.off.some((check) => decisive.get(each)?.has(check)) && isThrough(await each.run(cast)))
      through.push(each);
  expect(keysOf(through)).toEqual(expectedThrough(mutant.through, tries));
});
