import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { OutboxBench } from '../testing/outbox-bench.js';

let bench: OutboxBench;
beforeEach(async () => {
  bench = await OutboxBench.open();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('killed between two stages', () => {
  test('after the provider stored and before its receipt was kept: the same bytes again, stored once', async () => {
    const [provider, other] = bench.providers;
    provider.mood = other.mood = 'loses-answer';
    const place = await bench.make(await bench.patient(), 'periodic');
    await bench.until(() => provider.arrived.length > 0);
    const { statement } = bench.ledger.get(place) ?? { statement: '' };
    provider.mood = other.mood = 'answers';
    await bench.restart();
    await bench.drained();
    expect(bench.ledger.get(place)?.statement).toBe(statement);
    expect(bench.announcedPlaces).toEqual([place]);
  });

  test('after the ledger took the announcement and before that was noted: announced once', async () => {
    bench.losesAnnouncements = true;
    const place = await bench.make(await bench.patient(), 'emergency');
    await bench.until(() => bench.announced.size > 0);
    bench.losesAnnouncements = false;
    await bench.restart();
    await bench.drained();
    expect(bench.announcedPlaces).toEqual([place]);
    expect(bench.versions.find(place.split(' ')[0] ?? '')).toMatchObject({ stage: 'announced' });
  });

  test('with a backlog half way: everything arrives once, in order', async () => {
    const patient = await bench.patient();
    const places = [];
    for (let n = 0; n < 12; n++) places.push(await bench.make(patient, 'periodic'));
    for (let kills = 0; kills < 3; kills++) {
      const before = bench.announced.size;
      await bench.until(() => bench.announced.size > before || bench.versions.open().length === 0);
      await bench.restart();
    }
    await bench.drained();
    expect(bench.announcedPlaces).toEqual(places);
  });
});

test('a patient’s records are stored and announced in their order, whatever fails on the way', async () => {
  const [provider] = bench.providers;
  await bench.providers[1].stop();
  const patient = await bench.patient();
  provider.mood = 'refuses';
  const places = [];
  for (let n = 0; n < 5; n++) places.push(await bench.make(patient, 'periodic'));
  await bench.until(() => provider.arrived.length >= 2);
  provider.mood = 'answers';
  await bench.drained();
  expect([...new Set(provider.arrived)]).toEqual(places);
  expect(bench.announcedPlaces).toEqual(places);
});

test('an emergency overtakes the backlog of its own patient and of everybody else', async () => {
  const [provider] = bench.providers;
  provider.delayMs = 500;
  const patients = [];
  for (let n = 0; n < 8; n++) patients.push(await bench.patient());
  const backlog = [];
  for (const patient of patients)
    for (let n = 0; n < 8; n++) backlog.push(await bench.make(patient, 'periodic'));
  const [first] = patients;
  provider.delayMs = 5;
  const emergency = first && (await bench.make(first, 'emergency'));
  await bench.drained();
  const place = bench.announcedPlaces.indexOf(emergency ?? '');
  expect(bench.announcedPlaces).toHaveLength(backlog.length + 1);
  // What was on its way or done when it came may be ahead of it, the rest is not.
  const waiting = bench.announcedPlaces.length - 1 - place;
  expect(waiting).toBeGreaterThan(backlog.length / 4);
});

describe('a provider that is away', () => {
  test('is replaced by the next one, with a statement of its own', async () => {
    await bench.providers[0].stop();
    const place = await bench.make(await bench.patient(), 'periodic');
    await bench.drained();
    expect(bench.ledger.get(place)?.providerId).toBe('prv_cloud-b');
    expect(bench.announced.size).toBe(1);
  });

  test('and had stored after all: its receipt is asked for, and no second copy counts', async () => {
    const [first, second] = bench.providers;
    first.mood = 'loses-answer';
    const place = await bench.make(await bench.patient(), 'periodic');
    // The second refuses with RECORD_EXISTS, since the ledger has the first one's statement.
    await bench.until(() => second.arrived.length > 0);
    first.mood = 'answers';
    await bench.drained();
    expect(bench.ledger.get(place)?.providerId).toBe('prv_cloud-a');
    const version = bench.versions.find(place.split(' ')[0] ?? '');
    expect(version).toMatchObject({ providerId: 'prv_cloud-a', stage: 'announced' });
    expect(bench.announced.size).toBe(1);
  });
});

test('a record that is refused for good does not hold up the next one, and says why', async () => {
  const patient = await bench.patient();
  const [provider] = bench.providers;
  const other = bench.ledger.get(
    await bench.make(patient, 'periodic').then(async (place) => {
      await bench.drained();
      return place;
    }),
  );
  provider.delayMs = 20;
  const refused = await bench.make(patient, 'periodic');
  // Somebody else's content stands on the ledger under this id.
  bench.ledger.set(refused, { statement: other?.statement ?? '', providerId: 'prv_elsewhere' });
  const next = await bench.make(patient, 'periodic');
  await bench.until(() => bench.announcedPlaces.includes(next));
  expect(bench.announcedPlaces).not.toContain(refused);
  expect(bench.versions.find(refused.split(' ')[0] ?? '')).toMatchObject({
    stage: 'refused',
    refusal: 'RECORD_EXISTS',
  });
});
