import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { peakMemory } from '@careledger/supervisor';
import { WorkerProcess } from '../worker/worker-process.js';
import { BenchError } from '../errors.js';
import { WORKSPACE } from '../run/folder.js';
import { single, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import type { BallastWorker } from './ballast.worker.js';

const MB = 1_000_000;
/** With an OpenID provider, a process more, and what the hospital copies of each patient. */
const BUDGET_MB = 1_400;
const CONTROL_MB = 1_500;
/** Longer than the interval at which the memory is looked at. */
const CONTROL_HOLD_MS = 1_200;
/** A demo that takes longer hangs: it gets SIGTERM, which npm hands on. */
const DEMO_TIMEOUT_MS = 300_000;
/** Characters of the demo's output that an error quotes. */
const QUOTED_CHARS = 1_000;

/** What the whole thing needs. */
export const demoPeakPss: Measure = {
  name: 'demo_peak_pss_mb',
  unit: 'MB',
  isProfiled: false,
  budget: { atMost: BUDGET_MB },
  a: 'all processes of the demo together',
  b: null,
  what: `Peak of the sum of the proportional set sizes (shared pages shared out) of npm run demo and every process below
    it, looked at twice a second from outside. The demo has to succeed. Linux only.`,
  controlWhat: 'a process below the one watched holds 1,500 MB',

  async run({ progress }: BenchContext): Promise<Outcome> {
    progress('demo memory: control');
    const control = await ballastPeakMb();
    progress('demo memory: the demo runs');
    return { measured: single([await demoPeakMb()]), control: single([control]) };
  },
};

async function demoPeakMb(): Promise<number> {
  const demo = spawn('npm', ['run', '--silent', 'demo', '--', '--json'], {
    cwd: WORKSPACE,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEMO_TIMEOUT_MS,
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
async function ballastPeakMb(): Promise<number> {
  await using ballast = new WorkerProcess<BallastWorker>('memory/ballast.worker.js');
  await ballast.call('hold', CONTROL_MB * MB);
  using peak = peakMemory(() => [process.pid]);
  await setTimeout(CONTROL_HOLD_MS);
  return peak.peakBytes / MB;
}
