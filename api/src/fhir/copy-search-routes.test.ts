import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwayFhir, ENTRY_ID, PATIENT, said } from '../../testing/away-fhir.js';
import { FHIR_BASE } from './table.js';

let fhir: AwayFhir;
beforeAll(async () => {
  fhir = await AwayFhir.open();
});
afterAll(() => fhir[Symbol.asyncDispose]());

describe('a search of what a copy holds', () => {
  const search = `${FHIR_BASE}/Observation`;
  const patient = `patient=${PATIENT}`;
  const FORM = 'application/x-www-form-urlencoded';
  const post = (payload: string, type = FORM, more: object = {}) =>
    fhir.send(`${search}/_search`, payload, { 'content-type': type, ...more });
  const refused = (code: string) => [400, 'OperationOutcome', 'invalid', code];
  const WRONG = [
    'code=718-7',
    'patient=',
    'patient=Ann',
    `${patient}&${patient}`,
    `${patient}&x=1`,
    `${patient}&code=`,
    `${patient}&code=a,`,
    `${patient}&code=http://loinc.org|`,
    `${patient}&code=|718-7`,
    `${patient}&code=a|b|c`,
    `${patient}&code=a&code=b`,
    `${patient}&code:not=a`,
    `${patient}&type=a`,
    `${patient}&subject=${PATIENT}`,
    `${patient}&patient.identifier=urn:careledger:patient|${PATIENT}`,
    'subject=',
    'subject:Group=1',
    'subject:Patient=Ann',
    'patient.name=Ann',
    'subject:Patient.birthdate=2000',
    'patient.identifier=4711',
    `patient.identifier=${PATIENT},${PATIENT}`,
    'patient._id=Ann',
    `patient._id.identifier=${PATIENT}`,
    `${patient}&_id=`,
    `${patient}&_id=a_b`,
    `${patient}&_id=a,,b`,
    `${patient}&_lastUpdated=yesterday`,
    `${patient}&_lastUpdated=ap2026`,
    `${patient}&status=http://hl7.org/fhir/observation-status|final`,
    `${patient}&status:not=final`,
    `${patient}&performer=`,
    `${patient}&performer=Device/${ENTRY_ID}`,
    `${patient}&performer=Practitioner/a/_history/1`,
    `${patient}&performer=https://elsewhere.example/fhir/Practitioner/1`,
    `${patient}&performer:identifier=x`,
    `${patient}&performer.name=Ann`,
    `${patient}&result=Observation/${ENTRY_ID}`,
    `${patient}&value-quantity=`,
    `${patient}&value-quantity=high`,
    `${patient}&value-quantity=xx5.4`,
    `${patient}&value-quantity=5.4|mmol/L`,
    `${patient}&value-quantity=5.4|http://unitsofmeasure.org`,
    `${patient}&value-quantity=5.4|http://unitsofmeasure.org|`,
    `${patient}&value-quantity=5.4||`,
    `${patient}&value-quantity=5.4|urn:mine|mmol/L`,
    `${patient}&value-quantity=5.4||mmol/L|x`,
    `${patient}&value-quantity=5.4,`,
    `${patient}&value-quantity=1e9999`,
    `${patient}&value-quantity=${'9'.repeat(33)}`,
    `${patient}&value-quantity:missing=true`,
    `${patient}&component-value-quantity=5.4`,
    `${patient}&date=yesterday`,
    `${patient}&date=ne2026`,
    `${patient}&date=2026-02-30`,
    `${patient}&date=ge2026,le2027`,
    `${patient}&date=2026-05-05T10:00:00`,
    `${patient}&_sort=code`,
    `${patient}&_sort=date,-date`,
    `${patient}&_count=0`,
    `${patient}&_count=101`,
    `${patient}&_count=abc`,
    `${patient}&_elements=`,
    `${patient}&_elements=code.text`,
    `${patient}&_summary=true`,
    `${patient}&_total=estimate`,
    `${patient}&_include=`,
    `${patient}&_include=*`,
    `${patient}&_include=Observation:*`,
    `${patient}&_include=Observation:specimen`,
    `${patient}&_include=Observation:constructor`,
    `${patient}&_include=DiagnosticReport:result`,
    `${patient}&_include=Observation:performer:Practitioner`,
    `${patient}&_include:iterate=Observation:device`,
    `${patient}&_include=Observation:device&_include=x`,
    `${patient}&_revinclude=Provenance:agent`,
    `${patient}&_revinclude=Observation:device`,
    `${patient}&_has:Provenance:target:agent=1`,
  ];

  test.each(WRONG)('by %j is 400, in the address and in a form', async (query) => {
    expect(said(await fhir.ask(`${search}?${query}`))).toEqual(refused('VALIDATION_FAILED'));
    expect(said(await post(query))).toEqual(refused('VALIDATION_FAILED'));
  });

  test('in a form and in the address together says nothing twice, and no broken escapes', async () => {
    const both = await fhir.send(`${search}/_search?${patient}`, patient, { 'content-type': FORM });
    expect(both.answer.statusCode).toBe(400);
    expect(said(await post(`${patient}&code=%zz`))).toEqual(refused('MALFORMED_REQUEST'));
  });

  test.each([
    ['application/json', '{}', {}],
    [FORM, patient, { 'content-encoding': 'gzip' }],
  ])('is no body of %s %j %j', async (type, payload, more) => {
    expect((await post(payload, type, more)).answer.statusCode).toBe(415);
  });

  test('forms are taken nowhere else', async () => {
    const { answer } = await fhir.send(search, patient, { 'content-type': FORM });
    expect(answer.statusCode).toBe(415);
  });

  test('that is well asked is answered by what the ledger last said: nothing, while nobody can be asked', async () => {
    const asked = [
      await fhir.ask(
        `${search}?${patient}&code=http://loinc.org|718-7,2339-0&date=ge2026-05&date=lt2027&_sort=date`,
      ),
      await fhir.ask(`${search}?patient=Patient/pat-${'a'.repeat(32)}&_elements=code,value&_total=accurate`),
      await fhir.ask(`${search}?${patient}&x=1`, { prefer: 'handling=lenient' }),
      await post(`${patient}&x=1`, undefined, { prefer: 'handling=lenient' }),
      await post(`${patient}&_summary=count`),
      await fhir.ask(`${FHIR_BASE}/DocumentReference?${patient}&type=34133-9`),
      await fhir.ask(`${search}?patient.identifier=urn:careledger:patient|${PATIENT}`),
      await fhir.ask(`${search}?subject:Patient._id=${PATIENT}&_id=${ENTRY_ID},mine&status=final,amended`),
      await fhir.ask(
        `${search}?subject=Patient/${PATIENT}&_lastUpdated=ge2026-05-05&_include=Observation:device` +
          `&_include=Observation:subject&_revinclude=Provenance:target&performer=Practitioner/${ENTRY_ID},${ENTRY_ID}`,
      ),
      await fhir.ask(`${FHIR_BASE}/Device?${patient}&type=glucometer&organization=Organization/${ENTRY_ID}`),
      await fhir.ask(
        `${search}?${patient}&value-quantity=ge5.40|http://unitsofmeasure.org|mmol/L,lt2||mmol/L&value-quantity=ne7`,
      ),
      await fhir.ask(
        `${FHIR_BASE}/Provenance?${patient}&target=Observation/${ENTRY_ID}&recorded=ge2026&_sort=recorded`,
      ),
    ];
    for (const each of asked) expect(each.answer.statusCode).toBe(503);
  });
});

test('of a number that nobody has nothing is found, and nobody is asked', async () => {
  const search = `${FHIR_BASE}/Observation?patient.identifier=urn:oid:1.2.3|4711`;
  const found = (await fhir.ask(search)).answer.json<object>();
  expect(found).toMatchObject({ type: 'searchset', link: [{ relation: 'self' }] });
  expect(found).not.toHaveProperty('entry');
  expect((await fhir.ask(`${search}&_total=accurate`)).answer.json<object>()).toMatchObject({ total: 0 });
});
