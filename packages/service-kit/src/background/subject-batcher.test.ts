import { describe, expect, test } from '@jest/globals';
import { OWNER_TURNS_MAX } from './fair-queues.js';
import { SubjectBatcher, type SubjectBatcherOptions } from './subject-batcher.js';

interface Item {
  readonly subject: string;
  readonly n: number;
}

function recorder(options: { maxItems?: number; fail?: (items: readonly Item[]) => boolean } = {}) {
  const batches: Item[][] = [];
  const open = new Set<string>();
  let overlap = false;
  const batcher = new SubjectBatcher<Item, number>({
    subjectOf: (item) => item.subject,
    maxItems: options.maxItems ?? 100,
    run: async (items) => {
      batches.push([...items]);
      for (const { subject } of items) {
        overlap ||= open.has(subject);
        open.add(subject);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
      for (const { subject } of items) open.delete(subject);
      if (options.fail?.(items)) throw new Error('no network');
      return items.map((item) => item.n * 10);
    },
  });
  return { batcher, batches, overlapped: () => overlap };
}

describe('a subject batcher', () => {
  test('puts one item a subject into a batch, keeps each subject’s order, and never has a subject in flight twice', async () => {
    const { batcher, batches, overlapped } = recorder();
    const items = ['a', 'b', 'a', 'a', 'c', 'b'].map((subject, n) => ({ subject, n }));
    expect(await Promise.all(items.map((item) => batcher.add(item)))).toEqual([0, 10, 20, 30, 40, 50]);
    expect(overlapped()).toBe(false);
    for (const batch of batches) expect(new Set(batch.map((item) => item.subject)).size).toBe(batch.length);
    const order = batches.flat().filter((item) => item.subject === 'a');
    expect(order.map((item) => item.n)).toEqual([0, 2, 3]);
  });

  test('keeps batches within their size', async () => {
    const { batcher, batches } = recorder({ maxItems: 3 });
    await Promise.all(Array.from({ length: 10 }, (_, n) => batcher.add({ subject: `s${n}`, n })));
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(3);
  });

  test('fails the items of a failed batch alone, and goes on', async () => {
    const { batcher } = recorder({ maxItems: 1, fail: ([item]) => item?.subject === 'bad' });
    const results = await Promise.allSettled([
      batcher.add({ subject: 'bad', n: 1 }),
      batcher.add({ subject: 'good', n: 2 }),
    ]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled']);
    expect(await batcher.add({ subject: 'good', n: 3 })).toBe(30);
  });

  test('refuses more than may wait', async () => {
    const batcher = new SubjectBatcher<number, number>({
      subjectOf: String,
      maxItems: 1,
      maxWaiting: 2,
      run: async (items) => items,
    });
    const added = [1, 2, 3].map((n) => batcher.add(n));
    await expect(added[2]).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(await Promise.all(added.slice(0, 2))).toEqual([1, 2]);
  });
});

interface Statement {
  readonly patient: string;
  readonly issuer: string;
  readonly relay?: string;
  readonly n: number;
}

/** Statements by (patient, issuer), the patient's own first; a batch takes a turn of the event loop. */
function statements(options: Partial<SubjectBatcherOptions<Statement, number>> = {}) {
  const left: Statement[] = [];
  const onTheirWay = new Set<string>();
  const batcher = new SubjectBatcher<Statement, number>({
    subjectOf: ({ patient }) => patient,
    queueOf: ({ patient, issuer }) => `${patient} ${issuer}`,
    isOwner: ({ patient, issuer }) => patient === issuer,
    callerOf: ({ relay }) => relay ?? '',
    maxItems: 100,
    run: async (items) => {
      const patients = items.map(({ patient }) => patient);
      expect(patients.filter((patient) => onTheirWay.has(patient))).toEqual([]);
      expect(new Set(patients).size).toBe(patients.length);
      for (const patient of patients) onTheirWay.add(patient);
      left.push(...items);
      await new Promise(setImmediate);
      for (const patient of patients) onTheirWay.delete(patient);
      return items.map(({ n }) => n);
    },
    ...options,
  });
  const addAll = (items: readonly Statement[]) => Promise.all(items.map((item) => batcher.add(item)));
  return { batcher, left, addAll };
}

const of = (issuer: string, count: number, patient = 'pat'): Statement[] =>
  Array.from({ length: count }, (_, n) => ({ patient, issuer, n }));
const named = (left: readonly Statement[]) => left.map(({ issuer, n }) => `${issuer}${n}`);

describe('a subject batcher with queues by issuer', () => {
  test('unentitled statements about a patient never wait before the patient’s own', async () => {
    const { left, addAll } = statements();
    const hostile = [...of('evil', 50), ...of('worse', 50)];
    await addAll([...hostile, ...of('pat', 3)]);
    expect(named(left).slice(0, 4)).toEqual(['pat0', 'pat1', 'pat2', 'evil0']);
    expect(left).toHaveLength(103);
  });

  test('the patient’s own word waits for no more than what is on its way', async () => {
    const { batcher, left } = statements();
    const hostile = of('evil', 50).map((item) => batcher.add(item));
    await hostile[0];
    await batcher.add({ patient: 'pat', issuer: 'pat', n: 0 });
    // Two: the one that had come back, and the one that left meanwhile.
    expect(named(left).indexOf('pat0')).toBeLessThanOrEqual(2);
    await Promise.all(hostile);
  });

  test('an issuer that sends a flood about a patient gets no more turns than one that sends two', async () => {
    const { left, addAll } = statements();
    await addAll([...of('evil', 50), ...of('lab', 2)]);
    expect(named(left).slice(0, 5)).toEqual(['evil0', 'lab0', 'evil1', 'lab1', 'evil2']);
  });

  test('one hundred issuers of one statement each do not overtake an issuer’s order', async () => {
    const { left, addAll } = statements();
    const many = Array.from({ length: 100 }, (_, n) => of(`evil-${n}-`, 1)).flat();
    await addAll([...of('lab', 3), ...many]);
    expect(named(left.filter(({ issuer }) => issuer === 'lab'))).toEqual(['lab0', 'lab1', 'lab2']);
    expect(named(left)[0]).toBe('lab0');
  });

  test('a patient that sends without end does not starve an authority', async () => {
    const { left, addAll } = statements();
    await addAll([...of('pat', 100), ...of('lab', 2)]);
    expect(named(left).indexOf('lab0')).toBe(OWNER_TURNS_MAX);
    expect(named(left).indexOf('lab1')).toBe(2 * OWNER_TURNS_MAX + 1);
  });

  test('a flood about one patient delays nobody else’s', async () => {
    const { left, addAll } = statements({ maxItems: 1, maxInFlight: 1 });
    await addAll([...of('evil', 50), ...of('other', 2, 'other')]);
    expect(named(left).slice(0, 4)).toEqual(['evil0', 'other0', 'evil1', 'other1']);
  });

  test('an issuer that fills its queue about a patient is refused, and takes no room from another', async () => {
    const { batcher, addAll } = statements({ maxWaitingPerQueue: 3 });
    const hostile = of('evil', 4).map((item) => batcher.add(item));
    await expect(hostile[3]).rejects.toMatchObject({ name: 'BatcherFullError', code: 'TOO_MANY_REQUESTS' });
    await addAll([...of('pat', 3), ...of('evil', 3, 'other')]);
    await Promise.all(hostile.slice(0, 3));
    expect(await batcher.add({ patient: 'pat', issuer: 'evil', n: 7 })).toBe(7);
  });

  test('a relay that brings statements of many issuers about many patients takes no room from another', async () => {
    const { batcher } = statements({ maxWaitingPerCaller: 5 });
    const brought = Array.from({ length: 8 }, (_, n) =>
      batcher.add({ patient: `pat-${n}`, issuer: `iss-${n}`, relay: 'evil', n }),
    );
    const own = batcher.add({ patient: 'pat', issuer: 'pat', relay: 'gateway', n: 1 });
    expect(batcher.waiting).toBe(6);
    const results = await Promise.allSettled(brought);
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual([
      ...[true, true, true, true, true],
      ...[false, false, false],
    ]);
    expect(await own).toBe(1);
    expect(await batcher.add({ patient: 'pat', issuer: 'iss', relay: 'evil', n: 9 })).toBe(9);
  });
});
