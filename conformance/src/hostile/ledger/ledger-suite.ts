import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ChaincodeNetwork } from '../../fixtures/chaincode/chaincode-network.js';
import { THROUGH, answersOf } from '../attempt.js';
import { concurrently } from '../concurrently.js';
import { ALL_FUNCTIONS, TRIED_FUNCTIONS } from './callers.js';
import { carriedCalls } from './carried.js';
import { LedgerFixture } from './ledger-fixture.js';
import { digestOf } from './digest.js';
import { honestArgsOf } from './drafts.js';
import { LEDGER_ATTEMPTS } from './ledger-attempts.js';
import { networkTarget } from './network-target.js';
import { CARRIED, REPLAYS, statementsCarried, type WorkedNetwork } from './replay.js';
import { TAKES_A_DAY, WRITING } from './valid-calls.js';

/** Everything that members can try on the ledger, on a network that runs. */
export function describeHostileLedger(
  name: string,
  start: () => Promise<ChaincodeNetwork>,
  timeoutMs: number,
): void {
  describe(`hostile members of ${name}`, () => {
    let network: ChaincodeNetwork | undefined;
    let fixture: LedgerFixture | undefined;
    let worked: WorkedNetwork | undefined;
    const used: Record<string, string> = {};
    const given = <Value>(value: Value | undefined): Value => {
      if (value === undefined) throw new Error('the network has not started');
      return value;
    };

    beforeAll(async () => {
      network = await start();
      const everybody = (fixture = await LedgerFixture.on(networkTarget(network)));
      await concurrently(WRITING, async ({ name, channel, identity, prepare }) => {
        const args = honestArgsOf(name, await prepare(everybody));
        used[name] = await everybody.send(identity, name, args, channel);
      });
      worked = { network, calls: await carriedCalls(network) };
    }, timeoutMs);
    afterAll(() => network?.[Symbol.asyncDispose](), timeoutMs);

    test('every function is tried: a new one needs a valid call', () => {
      expect([...TRIED_FUNCTIONS, ...TAKES_A_DAY].sort()).toEqual([...ALL_FUNCTIONS].sort());
    });

    test('every function does what it should for those who should use it', () => {
      expect(used).toEqual(Object.fromEntries(WRITING.map((each) => [each.name, THROUGH])));
    });

    test('as much lies in blocks as the list says', () => {
      const { calls } = given(worked);
      const statements = statementsCarried(calls).length;
      expect({ calls: calls.length, statements }).toEqual(CARRIED);
    });

    test(
      'what lies in blocks changes nothing when somebody sends it again',
      async () => {
        const target = given(worked);
        const before = await digestOf(target);
        const answers: Record<string, string> = {};
        for (const { id, tries } of REPLAYS)
          answers[id] = answersOf(await Promise.all(tries.map((each) => each.run(target))));
        expect(answers).toEqual(
          Object.fromEntries(
            REPLAYS.map(({ id, tries }) => [id, answersOf(tries.map(({ answer }) => answer))]),
          ),
        );
        expect(await digestOf(target)).toBe(before);
      },
      timeoutMs,
    );

    test(
      'every attempt is answered as the list says',
      async () => {
        const everybody = given(fixture);
        const tries = LEDGER_ATTEMPTS.flatMap(({ id, tries }) =>
          tries
            .filter(({ where }) => where !== 'memory')
            .map((each) => ({ key: `${id}: ${each.name}`, ...each })),
        );
        const answers = await concurrently(tries, async ({ key, run }) => [key, await run(everybody)]);
        expect(Object.fromEntries(answers)).toEqual(
          Object.fromEntries(tries.map(({ key, answer }) => [key, answer])),
        );
      },
      timeoutMs,
    );
  });
}
