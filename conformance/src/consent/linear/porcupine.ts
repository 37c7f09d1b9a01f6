import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { PatientHistory } from './patient-history.js';

/** The Go program; it is not copied beside what is compiled. */
const PROGRAM = fileURLToPath(new URL('../../../porcupine/', import.meta.url));

/** What porcupine says of each history: `Ok`, `Illegal` or `Unknown`, by patient. */
export type Verdicts = ReadonlyMap<string, string>;

/** Why porcupine cannot judge here; undefined where it can: Go is there, and the module with it or to be had. */
export function whyNoPorcupine(): string | undefined {
  const { error } = spawnSync('go', ['version']);
  if (error !== undefined) return 'Go is not here';
  const { status, stderr } = spawnSync('go', ['build', '-o', '/dev/null', '.'], {
    cwd: PROGRAM,
    encoding: 'utf8',
  });
  return status === 0 ? undefined : `the program cannot be built: ${stderr}`;
}

/** Has porcupine look for an order that explains each history. */
export async function judgeByPorcupine(histories: readonly PatientHistory[]): Promise<Verdicts> {
  // Go itself says on standard error that the program has ended with 1; the verdicts say why.
  const child = spawn('go', ['run', '.'], { cwd: PROGRAM, stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.end(histories.map((each) => `${JSON.stringify(each)}\n`).join(''));
  const lines = (await text(child.stdout)).trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [patientId = '', , verdict = ''] = line.split(' ');
      return [patientId, verdict];
    }),
  );
}
