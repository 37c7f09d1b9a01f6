export const EXIT_OK = 0;
/** A budget was missed, or something could not be measured. */
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
/** 128 and the number of the signal, as shells have it. */
const EXIT_OF = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** A line for whoever uses the figures. */
export const out = (line: string): boolean => process.stdout.write(`${line}\n`);
/** A line for whoever waits. */
export const progress = (line: string): boolean => process.stderr.write(`${line}\n`);

/** Has a signal end the process in order, so that temporary files and child processes go with it. */
export function endOnSignals(): void {
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => process.exit(EXIT_OF[signal]));
}
