/** The one line a service writes to standard output, once it serves. */
export interface ReadyLine {
  readonly ready: true;
  readonly service: string;
  readonly pid: number;
  /** What listens where, by purpose: `{http: 'http://127.0.0.1:4711'}`. */
  readonly urls: Readonly<Record<string, string>>;
}

/** Tells whoever started the process that it serves now: one JSON line on standard output. */
export function announceReady(service: string, urls: Readonly<Record<string, string>>): void {
  const line: ReadyLine = { ready: true, service, pid: process.pid, urls };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
