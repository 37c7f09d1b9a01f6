import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OpenApiDocument } from '../docs/openapi-documents.js';
import type { JudgedService } from './judged-services.js';
import { schemathesisConfig } from './schemathesis-config.js';

const run = promisify(execFile);

/** The release whose checks have to pass. */
export const SCHEMATHESIS = 'schemathesis==4.32.5';
/** Names its program; without it, PATH is searched. */
const PROGRAM_VARIABLE = 'SCHEMATHESIS_BIN';
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
/** Characters. */
const GREAT_LENGTH = 1_000_000;
/** Between its failures and what they come to. */
const FAILURES = /^=+ (?:ERRORS|FAILURES) =+$/m;

/** How this machine runs a tool: a program and its first arguments. */
type Command = readonly [string, ...string[]];

const LAUNCHERS: readonly Command[] = [
  ['uvx', SCHEMATHESIS],
  ['pipx', 'run', SCHEMATHESIS],
];

/**
 * The program that is named or on PATH, or else, where it may be fetched, one that a launcher of Python programs fetches;
 * undefined without any.
 */
export async function findSchemathesis({
  mayFetch,
}: {
  readonly mayFetch: boolean;
}): Promise<Command | undefined> {
  const named = process.env[PROGRAM_VARIABLE];
  const candidates: Command[] = [
    ...(named ? [[named] as const] : []),
    ['schemathesis'],
    ...(mayFetch ? LAUNCHERS : []),
  ];
  for (const command of candidates) {
    const [program, ...args] = command;
    try {
      await run(program, [...args, '--version']);
      return command;
    } catch {
      // Not here; the next one may be.
    }
  }
  return undefined;
}

/** How long it is to look. */
export interface Effort {
  /** Cases of a document, at least as many. */
  readonly cases: number;
  /** With the same one it makes the same cases. */
  readonly seed: number;
}

/** What came of it. */
export interface Verdict {
  readonly operations: number;
  /** Requests that were made up and sent. */
  readonly cases: number;
  /** Failures, each counted once, and cases that could not be judged. */
  readonly failures: number;
  /** Each failure with the request that shows it, in its own words; empty without any. */
  readonly text: string;
}

/** The parts of its JSON report that count. */
interface Report {
  readonly complete: boolean;
  readonly operations: { readonly tested: number };
  readonly test_cases: { readonly generated: number; readonly unique_failures: number };
  readonly errors: readonly { readonly count: number }[];
}

/**
 * Lets it judge a service that runs by what the service says of itself, with all checks.
 * @param dir where it may leave files
 * @throws Error if it did not come to its end
 */
export async function judge(
  [program, ...args]: Command,
  service: JudgedService,
  dir: string,
  { cases, seed }: Effort,
): Promise<Verdict> {
  const document = (await (await fetch(new URL('/openapi.json', service.url))).json()) as OpenApiDocument;
  const operations = Object.values(document.paths).flatMap((methods) => Object.keys(methods)).length;
  const file = (name: string): string => join(dir, `${service.program}-${name}`);
  await writeFile(file('openapi.json'), JSON.stringify(document, withoutGreatLengths));
  await writeFile(
    file('schemathesis.toml'),
    schemathesisConfig(document, service, { casesPerOperation: Math.ceil(cases / operations), seed }),
  );
  // It leaves what it has learnt in the folder in which it runs.
  const { failed, stdout, stderr } = await outputOf(dir, program, [
    ...args,
    ...['--no-color', '--config-file', file('schemathesis.toml'), 'run', file('openapi.json')],
    ...['--url', service.url, '--report-json-path', file('report.json')],
  ]);
  let report: Report;
  try {
    report = JSON.parse(await readFile(file('report.json'), 'utf8')) as Report;
  } catch (cause) {
    throw new Error(`schemathesis ended without a report:\n${stdout}${stderr}`, { cause });
  }
  if (!report.complete) throw new Error(`schemathesis did not come to its end:\n${stdout}${stderr}`);
  const errors = report.errors.reduce((sum, { count }) => sum + count, 0);
  return {
    operations: report.operations.tested,
    cases: report.test_cases.generated,
    failures: report.test_cases.unique_failures + errors,
    text: failed ? stdout.slice(Math.max(0, stdout.search(FAILURES))) : '',
  };
}

/** Text of megabytes is more than it can make up: it would send something else, and take that for what was asked. */
const withoutGreatLengths = (name: string, value: unknown): unknown =>
  name === 'maxLength' && Number(value) > GREAT_LENGTH ? undefined : value;

/** It ends with a status of its own when it has found something. */
function outputOf(
  dir: string,
  program: string,
  args: readonly string[],
): Promise<{ readonly failed: boolean; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: dir, maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, stdout, stderr }),
    );
  });
}
