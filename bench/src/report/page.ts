/** When a page's figures were measured, and on what. */
export interface RunFacts {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** Lines of `machineFacts`. */
  readonly machine: readonly string[];
  /** Load averages before and after the run. */
  readonly load: readonly [before: string, after: string];
}

/** Lines of a page's section on the machine. */
export function machineSection({ machine, load }: RunFacts): string[] {
  return [
    '## The machine',
    '',
    ...machine.map((fact) => `- ${fact}`),
    `- load average ${load[0]} before the run, ${load[1]} after it`,
    '',
  ];
}

/** A page of these lines: one line break at its end. */
export const pageOf = (lines: readonly string[]): string => `${lines.join('\n').trimEnd()}\n`;

/** Text of several lines in one. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
