/** How often a progress line is renewed, in milliseconds. */
const PROGRESS_INTERVAL_MS = 1_000;

/** Says in plain lines what happens, with the seconds since the start. With JSON, on standard error. */
export class Narrator {
  readonly #startMs = performance.now();
  readonly #write: (line: string) => void;
  #lastProgressMs = 0;

  constructor(json: boolean) {
    const stream = json ? process.stderr : process.stdout;
    this.#write = (line) => stream.write(`${line}\n`);
  }

  get seconds(): number {
    return Math.round((performance.now() - this.#startMs) / 100) / 10;
  }

  /** A heading, e.g. one of the paper's scenarios. */
  chapter(title: string): void {
    this.#write(`\n${title}`);
  }

  say(line: string): void {
    this.#write(`${this.seconds.toFixed(1).padStart(6)} s  ${line}`);
  }

  /** Lines as they are. */
  table(text: string): void {
    this.#write(text);
  }

  /** Like `say`, but at most once a second. */
  progress(line: () => string): void {
    const nowMs = performance.now();
    if (nowMs - this.#lastProgressMs < PROGRESS_INTERVAL_MS) return;
    this.#lastProgressMs = nowMs;
    this.say(line());
  }
}
