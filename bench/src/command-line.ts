export const EXIT_OK = 0;
/** A budget was missed, or something could not be measured. */
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
/** 128 and the number of the signal, as shells have it. */
const EXIT_SIGINT = 130;
const EXIT_SIGTERM = 143;

/** A line for whoever uses the figures. */
export const out = (line: string): boolean => process.stdout.write(`${line}\n`);
/** A line for whoever waits. */
export const progress = (line: string): boolean => process.stderr.write(`${line}\n`);

/** Has a signal end the process in order, so that temporary files and child processes go with it. */
export function endOnSignals(): void {
  process.once('SIGINT', () => process.exit(EXIT_SIGINT));
  process.once('SIGTERM', () => process.exit(EXIT_SIGTERM));
}
