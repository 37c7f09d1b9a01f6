import { rm } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type * as AccessControl from '@careledger/access-control-chaincode/chaincode';
import type * as Testing from '@careledger/chaincode-runtime/testing';
import type * as Records from '@careledger/records-chaincode/chaincode';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { THROUGH, isThrough } from '../attempt.js';
import { Cast } from '../ledger/cast.js';
import { honestArgsOf } from '../ledger/drafts.js';
import { LEDGER_ATTEMPTS } from '../ledger/ledger-attempts.js';
import { memoryGround } from '../ledger/memory-ground.js';
import { WRITING } from '../ledger/specimens.js';
import { CHAINCODE_CHECKS, CHAINCODE_MUTANTS } from './chaincode-mutants.js';
import { CHAINCODE_PLACES } from './chaincode-places.js';
import { expectedThrough, keysOf } from './mutant.js';
import { buildSwitched, type Switches } from './switched-build.js';

type Build = Pick<typeof AccessControl, 'accessControlChaincode'> &
  Pick<typeof Records, 'recordsChaincode'> &
  Pick<typeof Testing, 'MemoryNetwork'> & { readonly switches: Switches };

const BASELINE_TIMEOUT_MS = 120_000;

/** Beside compiled code: what is not of this repository is found from here. */
const bundle = fileURLToPath(new URL(`switched-chaincode-${process.pid}.mjs`, import.meta.url));
afterAll(() => rm(bundle));
await buildSwitched(
  {
    '@careledger/access-control-chaincode/chaincode': ['accessControlChaincode'],
    '@careledger/records-chaincode/chaincode': ['recordsChaincode'],
    '@careledger/chaincode-runtime/testing': ['MemoryNetwork'],
  },
  CHAINCODE_PLACES,
  bundle,
);
const built = (await import(pathToFileURL(bundle).href)) as Build;
const { switches } = built;
afterEach(() => switches.off.clear());

const network = new built.MemoryNetwork('test', [built.accessControlChaincode, built.recordsChaincode]);
const everybody = await Cast.on(memoryGround(network));
/** Everybody on a ledger of their own. */
const cast = () => everybody.movedTo(memoryGround(network.copy()));

const tries = LEDGER_ATTEMPTS.flatMap(({ id, tries }) =>
  tries.filter(({ where }) => where !== 'network').map((each) => ({ kind: id, ...each })),
);
/** The checks without which an attempt would have run otherwise. */
const decisive = new Map<(typeof tries)[number], ReadonlySet<string>>();

test.each(WRITING)('with every check on, $name is taken as it should be', async (each) => {
  const here = cast();
  const args = honestArgsOf(each.name, await each.prepare(here));
  expect(await here.send(each.identity, each.name, args, each.channel)).toBe(THROUGH);
});

test(
  'with every check on, every attempt is answered as the list says',
  async () => {
    const answers: Record<string, string> = {};
    for (const each of tries) {
      switches.decisive.clear();
      answers[keysOf([each]).join()] = await each.run(cast());
      decisive.set(each, new Set(switches.decisive));
    }
    const expected = tries.map((each) => [keysOf([each]).join(), each.answer]);
    expect(answers).toEqual(Object.fromEntries(expected));
  },
  BASELINE_TIMEOUT_MS,
);

test('every check is switched off by some mutant', () => {
  expect([...new Set(CHAINCODE_MUTANTS.flatMap(({ off }) => off))].sort()).toEqual(
    [...CHAINCODE_CHECKS].sort(),
  );
});

/** Attempts that a mutant can change: where it made no difference, nothing runs otherwise without it. */
const concerned = (off: readonly string[]) =>
  tries.filter((each) => off.some((check) => decisive.get(each)?.has(check)));

test.each(CHAINCODE_MUTANTS)('without $off, exactly what it holds against gets through', async (mutant) => {
  for (const check of mutant.off) switches.off.add(check);
  const through = [];
  for (const each of concerned(mutant.off)) if (isThrough(await each.run(cast()))) through.push(each);
  const expected = expectedThrough(mutant.through, tries);
  expect(expected.length).toBeGreaterThan(0);
  expect(keysOf(through)).toEqual(expected);
});

test('a check that has moved fails the build', async () => {
  const gone = { ...CHAINCODE_PLACES['audience'], find: 'payload.aud !== nobody' };
  await expect(
    buildSwitched({ '@careledger/statements/portable': ['checkStatement'] }, { gone }, bundle),
  ).rejects.toThrow('does not have this once');
});
