import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { nodeVerifier, sha256 } from '@careledger/crypto';
import { ProofError } from './errors.js';
import { parseProof, parseTrustRoots } from './proof/parse.js';
import { verifyProof } from './proof/verify.js';
import type { ProofReport } from './proof/verify.js';

const HELP = `careledger-verify PROOF.json --roots ROOTS.json [--json]

Checks offline that a reading was measured by a device, kept in a patient's chain and anchored on a ledger.
Prints a line per step. ROOTS.json says whom you trust; get it from somebody else than the proof.

  --roots FILE  trust roots (spec/private-chain.md, "Trust roots")
  --json        print the report as one JSON object
  --help        print this

Exit code: 0 the proof holds, 1 it does not, 2 it could not be checked (usage, files that cannot be read).
`;

/** Exit codes of the command. */
const HOLDS = 0;
const DOES_NOT_HOLD = 1;
const NOT_CHECKED = 2;

type Output = {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
};

/** The auditor's command. Returns the exit code; writes nothing but to the given streams. */
export async function main(args: readonly string[], { stdout, stderr }: Output): Promise<number> {
  try {
    const options = readArguments(args);
    if (options === 'help') {
      stdout.write(HELP);
      return HOLDS;
    }
    const roots = parseTrustRoots(await readFile(options.roots));
    const proof = parseProof(await readFile(options.proof));
    const report = verifyProof(proof, roots, { hash: sha256, verifier: nodeVerifier() });
    stdout.write(options.json ? `${JSON.stringify(report)}\n` : describe(report));
    return report.ok ? HOLDS : DOES_NOT_HOLD;
  } catch (error) {
    if (!isExpected(error)) throw error;
    stderr.write(`careledger-verify: ${error.message}\n`);
    return NOT_CHECKED;
  }
}

class UsageError extends Error {
  override readonly name = 'UsageError';
}

function readArguments(args: readonly string[]): 'help' | { proof: string; roots: string; json: boolean } {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [proof, ...more] = positionals;
  if (proof === undefined || more.length > 0 || values.roots === undefined) {
    throw new UsageError('give one proof and --roots FILE; --help says more');
  }
  return { proof, roots: values.roots, json: values.json };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        roots: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : String(cause)}; --help says more`, {
      cause,
    });
  }
}

function describe({ ok, steps, warnings }: ProofReport): string {
  const width = Math.max(...steps.map(({ step }) => step.length));
  const lines = steps.map(({ step, status, detail }) => `${MARK[status]} ${step.padEnd(width)}  ${detail}`);
  const verdict = ok ? 'The proof holds.' : 'The proof does not hold.';
  return [...lines, ...warnings.map((warning) => `Warning: ${warning}`), verdict, ''].join('\n');
}

const MARK = { pass: 'pass   ', fail: 'FAIL   ', skipped: 'skipped' } as const;

/** What a user can repair: the arguments, the files, their content. Anything else is a defect and keeps its stack. */
function isExpected(error: unknown): error is Error {
  return (
    error instanceof UsageError ||
    error instanceof ProofError ||
    (error instanceof Error && 'syscall' in error)
  );
}
