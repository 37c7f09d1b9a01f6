import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// This file has to run on any Node that can start a launcher: nothing newer than Node 18 in it.

/** Major version of Node that the programs are written for; the project's dependency `node` pins the release. */
export const ENGINE_MAJOR = 24;

/** Signals that a terminal does not send to both processes of its foreground. */
const RELAYED_SIGNALS = ['SIGTERM', 'SIGHUP'] as const;
/** Exit status of a launcher that found no engine to run on. */
const NO_ENGINE_STATUS = 70;

/** Whether a release of Node, e.g. `24.21.0`, runs the programs. */
export const isEngine = (release: string): boolean => Number.parseInt(release, 10) >= ENGINE_MAJOR;

/**
 * Runs a launcher's program on the engine that the project pins. An older Node starts the launcher once more on
 * `node_modules/node`, before the program is even loaded: nothing is read, registered or used up by one that would fail.
 * @param program loads what it runs with `import()`, so that an older Node never sees it
 */
export async function onEngine(program: () => Promise<unknown>): Promise<void> {
  if (isEngine(process.versions.node)) await program();
  else startAgain();
}

/**
 * `onEngine` for a program whose failure is told on standard error, with exit status 1.
 * @param name of the program, e.g. `careledger-api`
 * @param told what is told of the failure; where developers run it, e.g. all of it by `inspect` of `node:util`
 */
export async function runProgram(
  name: string,
  program: () => Promise<unknown>,
  told: (error: unknown) => string = reasonOf,
): Promise<void> {
  await onEngine(async () => {
    try {
      await program();
    } catch (error) {
      process.stderr.write(`${name}: ${told(error)}\n`);
      process.exitCode = 1;
    }
  });
}

/** In one line: its code where it has one of ours, what it says, and the reasons below it, as `fetch failed: connect ECONNREFUSED …`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : '';
  // A connection that was tried at several addresses fails with an empty message and a code.
  const said = error.message === '' ? code.slice(0, -2) || error.name : `${code}${error.message}`;
  return error.cause === undefined ? said : `${said}: ${reasonOf(error.cause)}`;
}

/** Resolves the path of the pinned engine; undefined where it is not installed. */
function pinnedEngine(): string | undefined {
  try {
    // The package exports nothing: what it is there for is its program.
    return join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
  } catch {
    return undefined;
  }
}

function startAgain(): void {
  const engine = pinnedEngine();
  const [, launcher, ...args] = process.argv;
  if (engine === undefined || launcher === undefined) {
    process.stderr.write(
      `This needs Node ${ENGINE_MAJOR} or later and was started by ${process.versions.node}: ` +
        `run \`npm ci\`, which installs it, or use a newer Node.\n`,
    );
    process.exitCode = NO_ENGINE_STATUS;
    return;
  }
  const child = spawn(engine, [...process.execArgv, launcher, ...args], { stdio: 'inherit' });
  const relay = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of RELAYED_SIGNALS) process.on(signal, relay);
  // Ctrl-C reaches the program by itself, and twice would be another wish than once.
  process.on('SIGINT', () => {
    if (process.stdin.isTTY !== true) child.kill('SIGINT');
  });
  child.on('error', (error) => {
    process.stderr.write(`${engine} does not start: ${error.message}. Run \`npm ci\`.\n`);
    process.exitCode = NO_ENGINE_STATUS;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? NO_ENGINE_STATUS);
    // Ends as the program did, so that whoever waits for this process sees the same.
    for (const name of [...RELAYED_SIGNALS, 'SIGINT'] as const) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}
