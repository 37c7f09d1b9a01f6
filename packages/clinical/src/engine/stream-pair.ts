import { emptyStream, isOpenAlarm, type Stream, type StreamItem, type StreamKind } from './stream.js';
import { StreamRun, type StreamSink } from './stream-run.js';

/** The stream that follows the newest measurements, and one for a backlog out of its reach. */
export interface StreamPair<Item extends StreamItem, Context> {
  readonly main: Stream<Item, Context>;
  readonly backlog: Stream<Item, Context> | null;
}

export const emptyPair = <Item extends StreamItem, Context>(
  kind: StreamKind<Item, Context>,
): StreamPair<Item, Context> => ({ main: emptyStream(kind), backlog: null });

/** Whether an alarm about the patient lasts in either stream. */
export const hasOpenPair = <Item extends StreamItem, Context>({
  main,
  backlog,
}: StreamPair<Item, Context>): boolean => [main, backlog].some((stream) => stream?.known.some(isOpenAlarm));

/** Both streams of a pair during one call; copied only when something of theirs comes. */
export class StreamPairRun<Item extends StreamItem, Context> {
  readonly #kind: StreamKind<Item, Context>;
  readonly #sink: StreamSink<Item>;
  readonly #main: StreamRun<Item, Context>;
  #backlog: StreamRun<Item, Context> | null = null;
  #backlogState: Stream<Item, Context> | null;

  constructor(pair: StreamPair<Item, Context>, kind: StreamKind<Item, Context>, sink: StreamSink<Item>) {
    this.#kind = kind;
    this.#sink = sink;
    this.#main = new StreamRun(pair.main, kind, sink);
    this.#backlogState = pair.backlog;
  }

  /** The stream into which an item of time `t` can still be inserted. */
  at(t: number): StreamRun<Item, Context> {
    if (this.#main.reaches(t)) return this.#main;
    this.#backlog ??= this.#openBacklog();
    if (!this.#backlog.reaches(t)) {
      // Older than the backlog so far: a backlog of its own. What this one has raised stands.
      this.#backlogState = this.#backlog.finish();
      const elsewhere = [...this.#main.episodes(), ...this.#backlog.episodes()];
      this.#backlog = new StreamRun(emptyStream(this.#kind), this.#kind, this.#sink, elsewhere);
    }
    return this.#backlog;
  }

  hasOpen(): boolean {
    if (this.#main.hasOpen()) return true;
    return this.#backlog?.hasOpen() ?? this.#backlogState?.known.some(isOpenAlarm) ?? false;
  }

  settle(): void {
    this.#main.settle();
    if (this.#backlogState !== null || this.#backlog !== null) {
      this.#backlog ??= this.#openBacklog();
      this.#backlog.settle();
    }
  }

  /** All of a frame is here: what follows is as if another call brought it. */
  frameEnded(): void {
    this.#main.describe();
    if (this.#backlog === null) return;
    this.#backlogState = this.#backlog.finish();
    this.#backlog = null;
  }

  finish(): StreamPair<Item, Context> {
    return { main: this.#main.finish(), backlog: this.#backlog?.finish() ?? this.#backlogState };
  }

  #openBacklog(): StreamRun<Item, Context> {
    const state = this.#backlogState ?? emptyStream(this.#kind);
    return new StreamRun(state, this.#kind, this.#sink, this.#main.episodes());
  }
}
