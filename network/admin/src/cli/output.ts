import { messageOf } from '../errors.js';
import type { Progress } from '../progress.js';

/** Where a command writes: people get lines, programs with `--json` get one JSON value on standard output. */
export interface Output {
  readonly progress: Progress;
  /** The result: `lines` for people, `value` for programs. */
  result(value: unknown, lines: readonly string[]): void;
}

function makeOutput(json: boolean): Output {
  const beganMs = performance.now();
  return {
    progress: (step, detail) => {
      const seconds = ((performance.now() - beganMs) / 1000).toFixed(1).padStart(5);
      process.stderr.write(`${seconds} s  ${step.padEnd(12)} ${detail}\n`);
    },
    result: (value, lines) => {
      process.stdout.write(json ? `${JSON.stringify(value)}\n` : lines.map((line) => `${line}\n`).join(''));
    },
  };
}

/** Runs a command; a failure is one line with its code, and exit status 1. */
export async function runCommand(json: boolean, command: (output: Output) => Promise<void>): Promise<void> {
  try {
    await command(makeOutput(json));
  } catch (error) {
    const code = codeOf(error);
    if (json) process.stdout.write(`${JSON.stringify({ error: { code, message: messageOf(error) } })}\n`);
    process.stderr.write(`${code}: ${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'UNEXPECTED';
}

/** Columns of equal width. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
