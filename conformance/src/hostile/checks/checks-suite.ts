import { afterEach, expect, test } from '@jest/globals';
import { isThrough, type AttemptKind, type Try } from '../attempt.js';
import { expectedThrough, keysOf, type Mutant } from './mutant.js';
import type { CheckLocation, Switches } from './switched-build.js';

/** Signing, networks and restarts: what all attempts together may take on a busy machine. */
const BASELINE_TIMEOUT_MS = 180_000;

interface Checks<Each extends Try<never>, Check extends string> {
  readonly switches: Switches;
  readonly locations: Readonly<Record<Check, CheckLocation>>;
  readonly mutants: readonly Mutant<Check>[];
  readonly attempts: readonly AttemptKind<never, Each>[];
  /** Makes an attempt on the switched build. */
  readonly run: (each: Each) => Promise<string>;
}

/**
 * A build with a switch at each check: with all of them on, attempts are answered as the list says; without one, exactly
 * those get through that it holds against.
 */
export function describeChecks<Each extends Try<never>, Check extends string>(
  checks: Checks<Each, Check>,
): void {
  const { switches, locations, mutants, run } = checks;
  const tries = checks.attempts.flatMap(({ id, tries }) =>
    tries.map((each) => ({ kind: id, name: each.name, each })),
  );
  /** The checks without which an attempt would have run otherwise. */
  const decisive = new Map<(typeof tries)[number], ReadonlySet<string>>();
  afterEach(() => switches.off.clear());

  test(
    'with every check on, every attempt is answered as the list says',
    async () => {
      const answers: Record<string, string> = {};
      for (const tried of tries) {
        switches.decisive.clear();
        answers[keysOf([tried]).join()] = await run(tried.each);
        decisive.set(tried, new Set(switches.decisive));
      }
      expect(answers).toEqual(
        Object.fromEntries(tries.map((tried) => [keysOf([tried]).join(), tried.each.answer])),
      );
    },
    BASELINE_TIMEOUT_MS,
  );

  test('every check is switched off by some mutant', () => {
    expect([...new Set(mutants.flatMap(({ off }) => off))].sort()).toEqual(Object.keys(locations).sort());
  });

  test.each(mutants)('without $off, exactly what it holds against gets through', async ({ off, through }) => {
    for (const check of off) switches.off.add(check);
    const came = [];
    // Where a check made no difference, nothing runs otherwise without it.
    for (const tried of tries)
      if (off.some((check) => decisive.get(tried)?.has(check)) && isThrough(await run(tried.each)))
        came.push(tried);
    const expected = expectedThrough(through, tries);
    expect(expected.length).toBeGreaterThan(0);
    expect(keysOf(came)).toEqual(expected);
  });
}
