import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwayFhir, ENTRY_ID, OBSERVATION, PATIENT, said, type Outcome } from '../../testing/away-fhir.js';
import { FHIR_BASE, SEARCHED_BY } from './table.js';

let fhir: AwayFhir;
beforeAll(async () => {
  fhir = await AwayFhir.open();
});
afterAll(() => fhir[Symbol.asyncDispose]());

describe('what the table does not have does not exist', () => {
  test.each([
    ['GET', `${FHIR_BASE}/Spaceship/1`],
    ['GET', `${FHIR_BASE}/observation/${ENTRY_ID}`],
    ['GET', `${FHIR_BASE}/MedicationRequest/${ENTRY_ID}`],
    ['POST', `${FHIR_BASE}/Spaceship`],
    ['GET', `${FHIR_BASE}/Observation/${ENTRY_ID}/_history/1/more`],
  ])('%s %s is 404', async (method, url) => {
    expect(said(await fhir.ask(url, {}, method))).toEqual([
      404,
      'OperationOutcome',
      'not-found',
      'NOT_FOUND',
    ]);
  });

  test.each(['DELETE', 'PATCH'])('%s of a resource is 405', async (method) => {
    const asked = await fhir.ask(OBSERVATION, {}, method);
    expect(said(asked)).toEqual([405, 'OperationOutcome', 'processing', 'METHOD_NOT_ALLOWED']);
    expect(asked.answer.headers.allow).toContain('GET');
  });

  test('a path that only begins like FHIR’s is none of it', async () => {
    const answer = await fhir.app.inject({ url: '/fhirs' });
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'NOT_FOUND']);
  });
});

describe('what is asked is what FHIR has, or it is refused', () => {
  test.each([
    [`${OBSERVATION}?_elements=code`, 'VALIDATION_FAILED'],
    [`${OBSERVATION}?_format=json&x=1`, 'VALIDATION_FAILED'],
    [`${OBSERVATION}/_history?_count=abc`, 'VALIDATION_FAILED'],
    [`${OBSERVATION}/_history?_count=0`, 'VALIDATION_FAILED'],
    [`${OBSERVATION}/_history?_count=1.5`, 'VALIDATION_FAILED'],
    [`${OBSERVATION}/_history?_count=5&_count=6`, 'VALIDATION_FAILED'],
    [`${FHIR_BASE}/Observation/a_b`, 'VALIDATION_FAILED'],
    [`${FHIR_BASE}/Observation/${'a'.repeat(65)}`, 'VALIDATION_FAILED'],
    [`${OBSERVATION}?_format=%zz`, 'MALFORMED_REQUEST'],
    [`${OBSERVATION}?_format=%ff`, 'MALFORMED_REQUEST'],
    [`${OBSERVATION}?%`, 'MALFORMED_REQUEST'],
    [`${FHIR_BASE}/Observation/%zz`, 'MALFORMED_REQUEST'],
  ])('%s is 400', async (url, code) => {
    expect(said(await fhir.ask(url))).toEqual([400, 'OperationOutcome', 'invalid', code]);
  });

  test.each([`${FHIR_BASE}/Observation/1`, `${OBSERVATION}/_history/x`, `${OBSERVATION}/_history/0`])(
    '%s is an id of FHIR, and of nothing here',
    async (url) => {
      expect(said(await fhir.ask(url))).toEqual([404, 'OperationOutcome', 'not-found', 'NOT_FOUND']);
    },
  );

  test('with Prefer: handling=lenient unknown parameters are left out, and the answer says so', async () => {
    const asked = await fhir.ask(`${FHIR_BASE}/Observation/1?_elements=code`, { prefer: 'handling=lenient' });
    expect(said(asked)).toEqual([404, 'OperationOutcome', 'not-found', 'NOT_FOUND']);
    expect(asked.answer.headers['preference-applied']).toBe('handling=lenient');
    // What is known is taken at its word all the same.
    const counted = await fhir.ask(`${OBSERVATION}/_history?_count=abc`, { prefer: 'handling=lenient' });
    expect(counted.answer.statusCode).toBe(400);
  });

  test.each([
    'Patient?identifier=|4711',
    `Consent?_id=${ENTRY_ID}`,
    `Encounter?_id=${ENTRY_ID}`,
    'Group?_count=5',
  ])('a search by %s names what it left out', async (search) => {
    const asked = await fhir.ask(`${FHIR_BASE}/${search}&x=1`, { prefer: 'handling=lenient' });
    const { entry } = asked.answer.json<{ entry: { search: { mode: string }; resource: Outcome }[] }>();
    expect(entry.at(-1)).toMatchObject({
      search: { mode: 'outcome' },
      resource: { issue: [{ code: 'not-supported', diagnostics: expect.stringContaining('"x"') }] },
    });
  });

  test.each(Object.keys(SEARCHED_BY))('a search of %s is the same by GET and in a form', async (type) => {
    const search = `${FHIR_BASE}/${type}`;
    const headers = fhir.as(type === 'AuditEvent' ? 'auditor' : 'practitioner');
    const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
    const queries = ['_count=abc', 'x=1', `_id=${ENTRY_ID}`, `patient=${PATIENT}`, `identifier=${PATIENT}`];
    for (const query of queries) {
      const asked = await fhir.ask(`${search}?${query}`, headers);
      const posted = await fhir.send(`${search}/_search`, query, form);
      expect([query, said(posted), posted.answer.json()]).toEqual([query, said(asked), asked.answer.json()]);
      // What stands in both is there twice, and each of these may be there once.
      expect(said(await fhir.send(`${search}/_search?${query}`, query, form))[0]).toBe(400);
    }
    const json = await fhir.send(`${search}/_search`, '{}', {
      ...headers,
      'content-type': 'application/json',
    });
    expect(json.answer.statusCode).toBe(415);
  });

  test('a form of half a million parameters, or of what is no text, is refused at once', async () => {
    const search = { method: 'POST' as const, url: `${FHIR_BASE}/Observation/_search` };
    const headers = { ...fhir.as('practitioner'), 'content-type': 'application/x-www-form-urlencoded' };
    const before = process.cpuUsage();
    for (const payload of ['a&'.repeat(500_000), Buffer.from('patient=\xff', 'latin1')]) {
      const answer = await fhir.app.inject({ ...search, headers, payload });
      const [issue] = answer.json<Outcome>().issue ?? [];
      expect([answer.statusCode, issue?.details?.coding?.[0]?.code]).toEqual([400, 'MALFORMED_REQUEST']);
    }
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
    const long = await fhir.app.inject({ ...search, headers, payload: `patient=${'a'.repeat(2 ** 20)}` });
    expect(long.statusCode).toBe(413);
  });

  test('who is not let through is told as FHIR tells it', async () => {
    const nobody = await fhir.app.inject({ url: OBSERVATION });
    expect([nobody.statusCode, nobody.json<Outcome>().issue?.[0]?.code]).toEqual([401, 'login']);
    expect(said(await fhir.ask(OBSERVATION, fhir.as('ops')))).toEqual([
      403,
      'OperationOutcome',
      'forbidden',
      'FORBIDDEN',
    ]);
  });

  test('while the ledger is away, that is what an outcome says', async () => {
    expect(said(await fhir.ask(OBSERVATION))).toEqual([
      503,
      'OperationOutcome',
      'transient',
      'LEDGER_UNAVAILABLE',
    ]);
  });
});
