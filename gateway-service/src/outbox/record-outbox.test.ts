import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Patient } from '../patients/index.js';
import { OutboxBench } from '../../testing/delivery-fixture.js';

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
    expect(bench.version(place)).toMatchObject({ stage: 'announced' });
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
    second.delayMs = 200;
    const place = await bench.make(await bench.patient(), 'periodic');
    // The second refuses with RECORD_EXISTS, since the ledger has the first one's statement.
    await bench.until(() => bench.ledger.has(place));
    first.mood = 'answers';
    await bench.drained();
    expect(bench.ledger.get(place)?.providerId).toBe('prv_cloud-a');
    expect(bench.version(place)).toMatchObject({ providerId: 'prv_cloud-a', stage: 'announced' });
    expect(bench.version(place).receipt).not.toBeNull();
    expect(bench.announced.size).toBe(1);
  });

  test('and had stored after all, and is away for good: the ledger’s entry holds up nothing', async () => {
    const [first] = bench.providers;
    first.mood = 'loses-answer';
    const patient = await bench.patient();
    const place = await bench.make(patient, 'emergency');
    await bench.until(() => bench.ledger.has(place));
    await first.stop();
    const next = await bench.make(patient, 'emergency');
    await bench.drained();
    expect(bench.announcedPlaces).toEqual([place, next]);
    expect(bench.version(place)).toMatchObject({ providerId: 'prv_cloud-a', receipt: null });
    expect(bench.version(next)).toMatchObject({ providerId: 'prv_cloud-b' });
  });
});

test('a record that is refused for good does not hold up the next one, and says why', async () => {
  const patient = await bench.patient();
  const refused = await held(patient, (place, stranger) => bench.storeOther(place, stranger));
  const next = await bench.make(patient, 'periodic');
  await bench.until(() => bench.announcedPlaces.includes(next));
  expect(bench.announcedPlaces).not.toContain(refused);
  expect(bench.version(refused)).toMatchObject({ stage: 'refused', refusal: 'RECORD_FOREIGN' });
});

test('a version whose predecessor is not announced waits, however often it is told so, and is not given up', async () => {
  const patient = await bench.patient();
  bench.notYet = 3;
  const place = await bench.make(patient, 'periodic');
  const next = await bench.make(patient, 'periodic');
  await bench.drained();
  expect(bench.announcedPlaces).toEqual([place, next]);
  expect(bench.version(place)).toMatchObject({ stage: 'announced', refusal: null });
});

/** Makes a record whose place on the ledgers is taken before a provider takes it. */
async function held(
  patient: Patient,
  take: (place: string, stranger: Patient) => void,
  taker?: Patient,
): Promise<string> {
  const stranger = taker ?? (await bench.patient());
  for (const provider of bench.providers) provider.mood = 'refuses';
  const place = await bench.make(patient, 'periodic');
  take(place, stranger);
  for (const provider of bench.providers) provider.mood = 'answers';
  return place;
}

describe('nobody’s word', () => {
  test('somebody who saw the id announces it first: RECORD_EXISTS is not taken for our announcement', async () => {
    const place = await held(await bench.patient(), (taken, stranger) =>
      bench.announceOther(taken, stranger),
    );
    await bench.drained();
    expect(bench.version(place)).toMatchObject({
      stage: 'refused',
      refusal: 'RECORD_FOREIGN',
      announceTx: null,
    });
  });

  test('announced by a statement that a restored backup has forgotten: it stands, by its own transaction', async () => {
    const patient = await bench.patient();
    const place = await held(
      patient,
      (taken) => bench.announceOther(taken, patient, bench.version(taken).manifestHash),
      patient,
    );
    await bench.drained();
    const [announced] = [...bench.announced.values()];
    expect(bench.version(place)).toMatchObject({ stage: 'announced', announceTx: announced?.txId });
  });

  test('a version that a restored backup has forgotten is taken over, announced as it stands, and revised', async () => {
    const patient = await bench.patient();
    const place = await held(patient, (taken) => bench.storeOther(taken, patient), patient);
    await bench.drained();
    const [announced] = [...bench.announced.values()];
    expect(bench.version(place)).toMatchObject({
      stage: 'announced',
      manifestHash: announced?.manifestHash,
      storeTx: announced?.storeTxId,
    });
    expect(announced?.manifestHash).not.toBe(bench.madeAgain[0]?.manifestHash);
    expect(bench.madeAgain.map(({ recordId }) => `${recordId} 1`)).toEqual([place]);
  });

  test('a provider that holds our version by a forgotten statement says RECORD_EXISTS: it is ours all the same', async () => {
    const patient = await bench.patient();
    const place = await held(patient, (taken) => bench.storeAgain(taken, patient), patient);
    await bench.drained();
    expect(bench.version(place)).toMatchObject({ stage: 'announced', providerId: 'prv_cloud-a' });
  });

  test('a receipt that the provider has not signed is none: the ledger is asked', async () => {
    bench.providers[0].mood = 'signs-with-another-key';
    const place = await bench.make(await bench.patient(), 'periodic');
    await bench.drained();
    expect(bench.version(place)).toMatchObject({
      stage: 'announced',
      providerId: 'prv_cloud-a',
      receipt: null,
    });
  });

  test('a provider that lies about a refusal does not make the gateway give a record up', async () => {
    bench.providers[0].mood = 'says-it-was-refused';
    const place = await bench.make(await bench.patient(), 'periodic');
    await bench.drained();
    expect(bench.version(place)).toMatchObject({ stage: 'announced', providerId: 'prv_cloud-b' });
  });

  test('what every provider says is final: the record is given up, and says why', async () => {
    for (const provider of bench.providers) provider.mood = 'says-it-was-refused';
    const place = await bench.make(await bench.patient(), 'periodic');
    await bench.drained();
    expect(bench.version(place)).toMatchObject({ stage: 'refused', refusal: 'AUTHOR_MISMATCH' });
  });
});
