import { expect, test } from '@jest/globals';
import { clinicalConfig } from '../config.js';
import { levelOf } from '../model/alarm.js';
import { StreamRun } from './stream-run.js';
import { emptyStream, type Stream, type StreamItem, type StreamKind } from './stream.js';

/** Every instant so far, which a rule would hardly keep: whatever is left out or comes twice shows. */
type Context = readonly number[];

const HORIZON_MS = 500;
const ITEMS = 900;
const config = clinicalConfig();
const configAt = () => config;

/** Raises something at every hundredth instant, and counts its steps. */
class Counting implements StreamKind<StreamItem, Context> {
  readonly initial: Context = [];
  readonly horizonMs = HORIZON_MS;
  readonly growingItems = false;
  steps = 0;

  compare(a: StreamItem, b: StreamItem): number {
    return a.t - b.t;
  }

  judge(_context: Context, item: StreamItem): StreamItem {
    return item;
  }

  advance(...[context, { t }, , out]: Parameters<StreamKind<StreamItem, Context>['advance']>): Context {
    this.steps++;
    if (t % 100 === 0)
      out.push({ kind: 'started', rule: 'fever', start: t, raisedAt: t, level: levelOf('low') });
    if (t % 100 === 1)
      out.push({ kind: 'ended', rule: 'fever', start: t - 1, end: t, reason: 'recovered', at: t });
    return [...context, t];
  }

  open(): [] {
    return [];
  }

  evidence() {
    return { evidence: [], news2: null };
  }

  flags(): [] {
    return [];
  }
}

type Counted = Stream<StreamItem, Context>;

/** One call with one instant. */
function read(kind: Counting, stream: Counted, t: number): Counted {
  const sink = { patientId: 'pat_x', configAt, events: [], isLate: () => false, rejudged: () => undefined };
  const run = new StreamRun(stream, kind, sink);
  run.add({ t });
  return run.finish();
}

/** Every instant but the one that is missing. */
function streamWithout(kind: Counting, missing: number): Counted {
  let stream: Counted = emptyStream<StreamItem, Context>(kind);
  for (let t = 1; t <= ITEMS; t++) if (t !== missing) stream = read(kind, stream, t);
  return stream;
}

test.each([1, 17, 99, 200, 480])(
  'an instant that is late by %d others is inserted from near its place',
  (late) => {
    const kind = new Counting();
    const stream = streamWithout(kind, ITEMS - late);
    const stored = JSON.parse(JSON.stringify(stream)) as Counted;
    const before = kind.steps;
    const next = read(kind, stream, ITEMS - late);
    expect(kind.steps - before).toBeLessThanOrEqual(late + 17);
    expect(next.head).toEqual(Array.from({ length: ITEMS }, (_, i) => i + 1));
    // A state that was stored has no trail: it runs from the checkpoint, and comes to the same.
    expect(JSON.stringify(next)).toBe(JSON.stringify(read(kind, stored, ITEMS - late)));
    expect(kind.steps - before).toBeGreaterThan(HORIZON_MS);
  },
);

test('a state that goes on twice comes to the same twice', () => {
  const kind = new Counting();
  const stream = streamWithout(kind, ITEMS - 3);
  const once = read(kind, stream, ITEMS - 3);
  const twice = read(kind, stream, ITEMS - 3);
  expect(JSON.stringify(twice)).toBe(JSON.stringify(once));
  expect(once.head).toHaveLength(ITEMS);
});
