import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { CryptoError, isJsonObject, parseJson } from '@careledger/crypto';
import type { EndorserRoots } from './endorsers.js';
import type { DisclosureReport } from './report.js';
import { verifyDisclosure } from './verify.js';

const HELP = `careledger-disclosure PAGE.json… --ca MSP=CA.pem… [--threshold N] [--json]

Checks offline what a gateway says of who asked for a patient's records: every line against the answer that peers of
independent organisations signed, and that nothing between the ends of the period is left out. Prints each line that
fails, and why. Pages are given in their order, as GET …/disclosure-statement answers them, or the Bundles alone.

  --ca MSP=FILE    certificate (PEM) of an organisation's authority, from that organisation itself; several times
  --threshold N    organisations whose peers must have signed, 2 unless told
  --json           print the report as one JSON object
  --help           print this

Exit code: 0 the statement holds, 1 it does not, 2 it could not be checked (usage, files that cannot be read).
`;

const HOLDS = 0;
const DOES_NOT_HOLD = 1;
const NOT_CHECKED = 2;
/** Of those with peers on channel `cloud`, as many as the endorsement policy asks for. */
const THRESHOLD = '2';

type Output = {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
};

/** The patient's command. Returns the exit code; writes nothing but to the given streams. */
export async function main(args: readonly string[], { stdout, stderr }: Output): Promise<number> {
  try {
    const { values, positionals } = parse(args);
    if (values.help) {
      stdout.write(HELP);
      return HOLDS;
    }
    if (positionals.length === 0) throw new UsageError('give the pages of a statement; --help says more');
    const roots = await readRoots(values.ca ?? [], values.threshold);
    const pages = await Promise.all(positionals.map(readPage));
    const report = verifyDisclosure(pages, roots);
    stdout.write(values.json ? `${JSON.stringify(report)}\n` : describe(report, positionals));
    return report.ok ? HOLDS : DOES_NOT_HOLD;
  } catch (error) {
    if (!isExpected(error)) throw error;
    stderr.write(`careledger-disclosure: ${error.message}\n`);
    return NOT_CHECKED;
  }
}

class UsageError extends Error {
  override readonly name = 'UsageError';
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ca: { type: 'string', multiple: true },
        threshold: { type: 'string', default: THRESHOLD },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${message}; --help says more`, { cause });
  }
}

async function readRoots(given: readonly string[], threshold: string): Promise<EndorserRoots> {
  const authorities: Record<string, string[]> = {};
  for (const each of given) {
    const [, mspId, file] = /^([A-Za-z0-9.-]+)=(.+)$/.exec(each) ?? [];
    if (mspId === undefined || file === undefined)
      throw new UsageError(`--ca ${each}: give an organisation and a file, as CloudAMSP=ca.pem`);
    (authorities[mspId] ??= []).push(await readCertificate(file));
  }
  const count = Object.keys(authorities).length;
  if (!/^[1-9]\d*$/.test(threshold) || Number(threshold) > count)
    throw new UsageError(`${threshold} organisations must sign, and --ca names ${count}; --help says more`);
  return { authorities, threshold: Number(threshold) };
}

async function readCertificate(file: string): Promise<string> {
  const pem = await readFile(file, 'utf8');
  try {
    return new X509Certificate(pem).toString();
  } catch (cause) {
    throw new UsageError(`${file} is no certificate`, { cause });
  }
}

/** A page as the route answers it, or its Bundle. */
async function readPage(file: string): Promise<unknown> {
  try {
    const page = parseJson(await readFile(file));
    return isJsonObject(page) && 'statement' in page ? page['statement'] : page;
  } catch (error) {
    if (error instanceof CryptoError) throw new UsageError(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

function describe(
  { ok, about, attempts, endorsers, faults }: DisclosureReport,
  files: readonly string[],
): string {
  const lines = faults.map(({ code, page, line, detail }) => {
    const where = line === null ? '' : ` line ${line}`;
    return `FAIL ${files[page - 1] ?? 'statement'}${where}: ${code}: ${detail}`;
  });
  if (about !== null) {
    const { patientId, from, to, ...choice } = about;
    const chosen = Object.entries(choice).map(([name, value]) => `, ${name} ${value}`);
    lines.push(`${patientId}, from ${from} to ${to}${chosen.join('')}: ${attempts} attempts on the ledger`);
  }
  if (ok) lines.push(`Signed by peers of ${endorsers.join(', ')}.`);
  return [...lines, ok ? 'The statement holds.' : 'The statement does not hold.', ''].join('\n');
}

/** What a user can repair: the arguments, the files, their content. Anything else is a defect and keeps its stack. */
function isExpected(error: unknown): error is Error {
  return error instanceof UsageError || (error instanceof Error && 'syscall' in error);
}
