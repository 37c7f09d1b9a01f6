import { patientResourceIdOf } from '@careledger/fhir';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { NumberingHospital } from '../../testing/numbering-hospital.js';

const SYSTEM = 'https://hospital.example/patients';
const OTHER_SYSTEM = 'urn:oid:2.16.840.1.113883.4.1';
const number = (value: string, system = SYSTEM) => ({ system, value });

let hospital: NumberingHospital;
let ann: string, ben: string;
beforeAll(async () => {
  hospital = await NumberingHospital.open();
});
afterAll(() => hospital[Symbol.asyncDispose]());
beforeEach(async () => {
  [ann, ben] = [await hospital.patient(), await hospital.patient()];
});
let drawn = 0;
/** A number that nobody has yet. */
const fresh = (): string => `MRN-${(drawn += 1)}/2026`;

describe('the numbers of a patient', () => {
  test('are replaced as a whole, the same as often as they are sent, and shown in their order', async () => {
    const given = [
      { type: 'MR', ...number(fresh()) },
      { type: 'NI', ...number('078-05-1120', OTHER_SYSTEM) },
    ];
    for (let times = 0; times < 2; times += 1)
      expect(await hospital.ask('PUT', ann, given)).toMatchObject({ status: 200, body: { numbers: given } });
    const [first, second] = given;
    await hospital.ask('PUT', ann, [second, first]);
    expect((await hospital.ask('GET', ann)).body).toEqual({ numbers: [second, first] });
    expect((await hospital.ask('GET', ben)).body).toEqual({ numbers: [] });
    expect(await hospital.ask('PUT', ann, [])).toMatchObject({ status: 200, body: { numbers: [] } });
    expect((await hospital.ask('GET', ann)).body).toEqual({ numbers: [] });
  });

  test('that another patient has stay where they are, and are free once that one has them no more', async () => {
    const [taken, own] = [number(fresh()), number(fresh())];
    await hospital.ask('PUT', ann, [taken]);
    await hospital.ask('PUT', ben, [own]);
    const refused = await hospital.ask('PUT', ben, [number(fresh()), taken]);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'NUMBER_TAKEN', heldBy: ann, detail: expect.stringContaining('/numbers/1') },
    });
    expect(JSON.stringify(refused.body)).not.toContain(taken.value);
    expect((await hospital.ask('GET', ben)).body).toEqual({ numbers: [own] });
    // The same value in another system is another number.
    expect((await hospital.ask('PUT', ben, [{ ...taken, system: OTHER_SYSTEM }])).status).toBe(200);
    await hospital.ask('PUT', ann, []);
    expect((await hospital.ask('PUT', ben, [taken])).status).toBe(200);
  });

  test('of two systems that bring one number at once, one is refused', async () => {
    const both = [number(fresh())];
    const answers = await Promise.all([ann, ben].map((patientId) => hospital.ask('PUT', patientId, both)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('change only from what the caller has seen, where it says so', async () => {
    const { etag } = await hospital.ask('GET', ann);
    const given = [number(fresh())];
    const put = (numbers: readonly object[], tag: unknown) =>
      hospital.ask('PUT', ann, numbers, { 'if-match': String(tag) });
    const first = await put(given, etag);
    expect([first.status, first.etag]).toEqual([200, (await hospital.ask('GET', ann)).etag]);
    expect(await put([], etag)).toMatchObject({ status: 412, body: { code: 'RESOURCE_CHANGED' } });
    expect((await hospital.ask('GET', ann)).body).toEqual({ numbers: given });
    expect((await put([], first.etag)).status).toBe(200);
  });

  test('are of patients whom the ledger knows, who may have been enrolled a moment ago', async () => {
    const unknown = `pat_${'z'.repeat(32)}`;
    expect(await hospital.ask('GET', unknown)).toMatchObject({
      ...{ status: 404, body: { code: 'PATIENT_UNKNOWN' } },
    });
    expect((await hospital.ask('PUT', unknown, [number(fresh())])).body).toMatchObject({
      code: 'PATIENT_UNKNOWN',
    });
  }, 20_000);

  test.each([
    ['one twice', () => [number('1'), number('2'), { type: 'MR', ...number('1') }]],
    ['a system of the ledger', () => [number('1', 'urn:careledger:patient')]],
    ['the same in capitals', () => [number('1', 'URN:CareLedger:patient')]],
    ['a pseudonym', () => [number(`pat_${'a'.repeat(32)}`)]],
  ])('with %s are refused, however well they are written', async (_what, given) => {
    expect(await hospital.ask('PUT', ann, given())).toMatchObject({
      ...{ status: 422, body: { code: 'NUMBERS_REFUSED' } },
    });
    expect((await hospital.ask('GET', ann)).body).toEqual({ numbers: [] });
  });

  test.each([
    ['more than 16', () => Array.from({ length: 17 }, () => number(fresh()))],
    ['no system', () => [{ value: '1' }]],
    ['a system that is no URI', () => [number('1', 'mrn')]],
    ['a system of 257 characters', () => [number('1', `urn:${'x'.repeat(253)}`)]],
    ['a system with what ends it in a search', () => [number('1', 'urn:a|b')]],
    ['no value', () => [number('')]],
    ['a value of 65 characters', () => [number('1'.repeat(65))]],
    ['a value with a comma', () => [number('1,2')]],
    ['a value that is escaped', () => [number('1\\|2')]],
    ['a space at the end', () => [number('1 ')]],
    ['two spaces', () => [number('1  2')]],
    ['a line break', () => [number('1\n')]],
    ['what is written in two ways', () => [number('é')]],
    ['a type that is none', () => [{ type: 'XX', ...number('1') }]],
    ['a member too many', () => [{ ...number('1'), name: 'Ann' }]],
    ['no list', () => ({})],
  ])('with %s are refused, and none of them is kept', async (_what, given) => {
    expect(await hospital.ask('PUT', ann, given())).toMatchObject({
      ...{ status: 400, body: { code: 'VALIDATION_FAILED' } },
    });
    expect((await hospital.ask('GET', ann)).body).toEqual({ numbers: [] });
  });

  test('of the greatest size and number are taken', async () => {
    const given = Array.from({ length: 16 }, (_, index) => ({
      system: `urn:${'x'.repeat(252)}`,
      value: `${index}`.padStart(64, '~'),
    }));
    expect((await hospital.ask('PUT', ann, given)).status).toBe(200);
    expect((await hospital.ask('GET', ann)).body).toEqual({ numbers: given });
  });
});

test('nothing of a number lies open on the disk, whatever became of it', async () => {
  const [kept, gone] = ['KEPT-3141592', 'GONE-2718281'];
  const system = 'https://secret-clinic.example/mrn';
  // A key that the route does not take: nothing is kept for it.
  const headers = { 'idempotency-key': '"b0a5e7c1"' };
  await hospital.ask('PUT', ann, [number(gone, system)], headers);
  await hospital.ask('PUT', ann, [number(kept, system)], headers);
  await hospital.ask('PUT', ben, [number(kept, system)], headers);
  const bytes = hospital.bytes();
  // What the store has in clear is found in what is looked through.
  expect(bytes.includes(ann)).toBe(true);
  for (const text of [kept, gone, system, 'secret-clinic'])
    for (const encoding of ['utf8', 'utf16le'] as const)
      expect([text, bytes.includes(Buffer.from(text, encoding))]).toEqual([text, false]);
  for (const text of [kept, gone]) {
    const base64 = Buffer.from(text).toString('base64').replaceAll('=', '').slice(0, -2);
    expect([text, bytes.includes(base64)]).toEqual([text, false]);
  }
});

describe('at /fhir', () => {
  const idOf = patientResourceIdOf;

  test('a patient has them after the pseudonym', async () => {
    const value = fresh();
    await hospital.ask('PUT', ann, [{ type: 'MR', ...number(value) }, number(value, OTHER_SYSTEM)]);
    expect((await hospital.fhir(`Patient/${idOf(ann)}`)).body).toEqual({
      resourceType: 'Patient',
      id: idOf(ann),
      identifier: [
        { system: 'urn:careledger:patient', value: ann },
        {
          type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] },
          ...number(value),
        },
        number(value, OTHER_SYSTEM),
      ],
    });
    expect((await hospital.fhir(`Patient/${idOf(ben)}`)).body['identifier']).toEqual([
      { system: 'urn:careledger:patient', value: ben },
    ]);
  });

  test('a patient is found by one, in its system or in any, by GET and by POST', async () => {
    const value = `${fresh()} b`;
    await hospital.ask('PUT', ann, [number(value)]);
    for (const identifier of [`${SYSTEM}|${value}`, value, ann])
      expect(await hospital.search({ identifier, _total: 'accurate' })).toEqual({
        ...{ ids: [idOf(ann)], next: undefined, total: 1 },
      });
    const form = new URLSearchParams({ identifier: `${SYSTEM}|${value}` }).toString();
    expect((await hospital.fhir('Patient/_search', form)).body).toMatchObject({
      entry: [{ resource: { id: idOf(ann), identifier: [{}, number(value)] } }],
    });
    for (const identifier of [`|${value}`, `${OTHER_SYSTEM}|${value}`, `urn:careledger:patient|${value}`])
      expect(await hospital.search({ identifier, _summary: 'count' })).toMatchObject({ ids: [], total: 0 });
    expect((await hospital.fhir('Patient?identifier=a|b|c')).status).toBe(400);
  });

  test('those who have one value in several systems come in pages', async () => {
    const value = fresh();
    const carol = await hospital.patient();
    const all = [ann, ben, carol].sort();
    for (const [index, patientId] of all.entries())
      await hospital.ask('PUT', patientId, [number(value, `urn:oid:1.2.${index}`)]);
    const first = await hospital.search({ identifier: value, _count: '2', _total: 'accurate' });
    expect([first.ids, first.total]).toEqual([all.slice(0, 2).map(idOf), 3]);
    const more = Object.fromEntries(new URL(String(first.next)).searchParams);
    expect(await hospital.search(more)).toEqual({ ids: all.slice(2).map(idOf), next: undefined, total: 3 });
    expect(await hospital.search({ identifier: value, _summary: 'count' })).toEqual({
      ...{ ids: [], next: undefined, total: 3 },
    });
  });
});
