import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { peakMemory } from '@careledger/supervisor';
import { WorkerProcess } from '../worker/worker-process.js';
import { BenchError } from '../errors.js';
import { WORKSPACE } from '../run/folder.js';
import { single, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import type { BallastWorker } from './ballast.worker.js';
import { writeCohort } from './cohort.js';

const MB = 1_000_000;
/** What the control holds beyond the budget. */
const CONTROL_EXCESS_MB = 100;
/** Longer than the interval at which the memory is looked at. */
const CONTROL_HOLD_MS = 1_200;
/** A demo that takes longer hangs: it gets SIGTERM, which npm hands on. */
const DEMO_TIMEOUT_MS = 300_000;
/** Each is enrolled, copied from, read, and verified. */
const COHORT_TIMEOUT_MS = 1_200_000;
/** Characters of the demo's output that an error quotes. */
const QUOTED_CHARS = 1_000;
const COHORT_PATIENTS = 100;

interface Demo {
  /** Arguments of its own, given a folder of the run. */
  readonly args: (folder: string) => readonly string[];
  readonly timeoutMs: number;
  readonly budgetMb: number;
}

/** What the whole thing needs. */
export const demoPeakPss = demoMemory('demo_peak_pss_mb', 'of npm run demo and every process below it', {
  args: () => [],
  timeoutMs: DEMO_TIMEOUT_MS,
  // With an OpenID provider, a process more, and what the hospital copies of each patient.
  budgetMb: 1_400,
});

/** What it needs for more than a handful. */
export const cohortPeakPss = demoMemory(
  `demo_peak_pss_${COHORT_PATIENTS}_patients_mb`,
  `of npm run demo and every process below it, of a recording of ${COHORT_PATIENTS} people: some hours of a glucose monitor each, all
    of whom are enrolled, and let the hospital read and copy,`,
  {
    args: (folder) => ['--data', writeCohort(folder, COHORT_PATIENTS)],
    timeoutMs: COHORT_TIMEOUT_MS,
    budgetMb: 1_600,
  },
);

function demoMemory(name: string, of: string, demo: Demo): Measure {
  const { budgetMb } = demo;
  const controlMb = budgetMb + CONTROL_EXCESS_MB;
  return {
    ...{ name, unit: 'MB', isProfiled: false, budget: { atMost: budgetMb } },
    a: 'all processes of the demo together',
    b: null,
    what: `Peak of the sum of the proportional set sizes (shared pages shared out) ${of} looked at twice a second from outside. The
      demo has to succeed. Linux only.`,
    controlWhat: `a process below the one watched holds ${controlMb.toLocaleString('en-US')} MB`,

    async run({ folder, progress }: BenchContext): Promise<Outcome> {
      progress('demo memory: control');
      const control = await ballastPeakMb(controlMb);
      progress('demo memory: the demo runs');
      return { measured: single([await demoPeakMb(demo, folder)]), control: single([control]) };
    },
  };
}

async function demoPeakMb({ args, timeoutMs }: Demo, folder: string): Promise<number> {
  const demo = spawn('npm', ['run', '--silent', 'demo', '--', '--json', ...args(folder)], {
    cwd: WORKSPACE,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
  });
  process.once('exit', () => demo.kill());
  let output = '';
  const quote = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-QUOTED_CHARS);
  };
  demo.stdout.on('data', quote);
  demo.stderr.on('data', quote);
  using peak = peakMemory(() => (demo.pid === undefined ? [] : [demo.pid]));
  const [code] = (await once(demo, 'close')) as [number | null];
  if (code !== 0) throw new BenchError('MEASURE_INVALID', `The demo failed (exit ${code}): ${output}`);
  if (peak.peakBytes === 0)
    throw new BenchError('MEASURE_INVALID', 'This system does not tell memory by /proc');
  return peak.peakBytes / MB;
}

/** Watches this process, so that what is held lies in one below it, as in the demo. */
async function ballastPeakMb(heldMb: number): Promise<number> {
  await using ballast = new WorkerProcess<BallastWorker>('memory/ballast.worker.js');
  await ballast.call('hold', heldMb * MB);
  using peak = peakMemory(() => [process.pid]);
  await setTimeout(CONTROL_HOLD_MS);
  return peak.peakBytes / MB;
}
