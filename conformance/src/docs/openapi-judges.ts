import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { WORKSPACE } from './workspace.js';

/** A tool of somebody else's that checks OpenAPI documents, with its recommended rules and no exceptions. */
export interface Judge {
  readonly name: string;
  /** What it has against the document in `file`, in its own words; empty where there is nothing. */
  readonly faultsOf: (file: string) => Promise<readonly string[]>;
}

const require = createRequire(import.meta.url);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export const redocly: Judge = {
  name: 'redocly, recommended',
  faultsOf: async (file) => {
    const output = await run(require.resolve('@redocly/cli/package.json'), 'redocly', [
      ...['lint', file, '--extends', 'recommended', '--format', 'json', '--max-problems', '1000'],
    ]);
    const { problems } = JSON.parse(output) as {
      problems: { ruleId: string; message: string; location: { pointer?: string }[] }[];
    };
    return problems.map(
      ({ ruleId, message, location }) => `${ruleId} at ${location[0]?.pointer ?? '?'}: ${message}`,
    );
  },
};

export const spectral: Judge = {
  name: 'spectral:oas, recommended',
  faultsOf: async (file) => {
    const ruleset = join(dirname(file), 'spectral.yaml');
    await writeFile(ruleset, 'extends: spectral:oas\n');
    const output = await run(require.resolve('@stoplight/spectral-cli/package.json'), 'spectral', [
      ...['lint', file, '--ruleset', ruleset, '--format', 'json', '--quiet'],
    ]);
    const problems = JSON.parse(output) as { code: string; message: string; path: string[] }[];
    return problems.map(({ code, message, path }) => `${code} at ${path.join('/')}: ${message}`);
  },
};

/** Runs a tool by the Node that runs this; what it finds is in its output, whatever its exit status. */
function run(manifestFile: string, binary: string, args: readonly string[]): Promise<string> {
  const { bin } = require(manifestFile) as { bin: Record<string, string> };
  const program = join(dirname(manifestFile), bin[binary] ?? '');
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [program, ...args],
      { cwd: WORKSPACE, env, maxBuffer: MAX_OUTPUT_BYTES },
      (error, stdout, stderr) => {
        if (stdout.trim() === '') reject(new Error(`${binary} said nothing: ${stderr}`, { cause: error }));
        else resolve(stdout);
      },
    );
  });
}
