import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { DecideWorker } from '../decide/decide.worker.js';
import { single, type Measure } from '../run/measure.js';
import { inTurn } from '../run/rounds.js';
import { WorkerProcess } from '../worker/worker-process.js';
import { recordStacks } from './record.js';
import { partsOf } from './self-time.js';

const TIMEOUT_MS = 60_000;
const ROUNDS = { warmUp: 0, counted: 1 };

/** Builds a state, decides on it in its first turn, and looks at everything in a second, which is a control. */
const measure: Measure = {
  ...{ name: 'test', unit: 'us', budget: { atLeast: 1 }, a: '', b: null, what: '', controlWhat: '' },
  async run() {
    await using worker = new WorkerProcess<DecideWorker>('decide/decide.worker.js');
    await worker.call('build', 10);
    const [a = []] = await inTurn(ROUNDS, [() => worker.call('decide', 300)]);
    const [b = []] = await inTurn(ROUNDS, [() => worker.call('decideByAll', 300)]);
    return { measured: single(a), control: single(b) };
  },
};

test(
  'a measure is recorded without knowing of it: the process of its first side, in its counted rounds, by part',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'careledger-bench-'));
    const { NODE_OPTIONS: options } = process.env;
    try {
      const stacks = await recordStacks(measure, { folder, quick: true, progress: () => undefined });
      const program = stacks.calls.get('bench/decide/decide.worker ');
      expect(program?.total).toBeGreaterThan(stacks.total / 2);
      const names = partsOf(stacks).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['sqlite', 'json']));
      // Signing is what building takes, and EffectivePolicy what the control does.
      expect(names).not.toContain('sign');
      expect(JSON.stringify([...functionsBelow(stacks)])).not.toContain('EffectivePolicy');
      expect(process.env['NODE_OPTIONS']).toBe(options);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  TIMEOUT_MS,
);

function* functionsBelow(stack: Awaited<ReturnType<typeof recordStacks>>): Iterable<string> {
  for (const call of stack.calls.values()) {
    yield call.name;
    yield* functionsBelow(call);
  }
}
