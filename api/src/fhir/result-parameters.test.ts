import { checkResource } from '@careledger/fhir';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwayFhir, ENTRY_ID, PATIENT } from '../../testing/away-fhir.js';
import { resultParametersOf } from './result-parameters.js';
import { FHIR_BASE, FHIR_TABLE, SEARCHED_BY } from './table.js';

let fhir: AwayFhir;
beforeAll(async () => {
  fhir = await AwayFhir.open();
});
afterAll(() => fhir[Symbol.asyncDispose]());

const SEARCHED = FHIR_TABLE.filter(({ interaction }) => interaction === 'search-type').map(
  ({ resourceType }) => resourceType,
);
/** A search that is well asked, by what has to be there. */
const askedFor = (type: string): string =>
  (SEARCHED_BY[type] ?? [])
    .flatMap(({ name, isRequired }) => (isRequired === true ? [`${name}=${PATIENT}`] : []))
    .join('&');
const TIMES = ['date', 'recorded'];
const VALUES: Readonly<Record<string, readonly string[]>> = {
  _elements: ['status', 'id,status'],
  _sort: TIMES.flatMap((time) => [time, `-${time}`]),
  _summary: ['count', 'false'],
  _total: ['none', 'accurate'],
};
const ask = async (type: string, query: string, prefer = 'handling=strict') => {
  const headers = { ...fhir.as(type === 'AuditEvent' ? 'auditor' : 'practitioner'), prefer };
  return (await fhir.ask(`${FHIR_BASE}/${type}?${query}`, headers)).answer;
};
/** What `_sort` is told to take. */
const takesOf = (type: string, name: string): string =>
  resultParametersOf(type).find((parameter) => parameter.name === name)?.takes ?? '';

describe.each(SEARCHED)('a search of %s', (type) => {
  test('takes what the CapabilityStatement says of how it is shown, and refuses the rest', async () => {
    const { rest } = (await fhir.app.inject({ url: `${FHIR_BASE}/metadata` })).json<Statement>();
    const told = rest[0].resource.find((resource) => resource.type === type)?.searchParam ?? [];
    expect(told.map(({ name }) => name)).toEqual([
      ...(SEARCHED_BY[type] ?? []).map(({ name }) => name),
      ...resultParametersOf(type).map(({ name }) => name),
    ]);
    for (const [name, values] of Object.entries(VALUES))
      for (const value of values) {
        const isTold =
          told.some((parameter) => parameter.name === name) &&
          (name !== '_sort' || takesOf(type, name).includes(`\`${value}\``));
        const { statusCode } = await ask(type, `${askedFor(type)}&${name}=${value}`);
        expect([`${name}=${value}`, statusCode !== 400]).toEqual([`${name}=${value}`, isTold]);
      }
    for (const wrong of ['_elements=', '_elements=a.b', '_summary=true', '_summary=data', '_total=estimate'])
      expect([wrong, (await ask(type, `${askedFor(type)}&${wrong}`)).statusCode]).toEqual([wrong, 400]);
  });

  test('leaves out what it does not take with handling=lenient', async () => {
    for (const name of Object.keys(VALUES).filter((each) => takesOf(type, each) === '')) {
      const { headers, statusCode } = await ask(type, `${askedFor(type)}&${name}=x`, 'handling=lenient');
      expect(statusCode).not.toBe(400);
      expect(headers['preference-applied']).toBe('handling=lenient');
    }
  });
});

interface Bundle {
  readonly total?: number;
  readonly entry?: readonly {
    readonly resource: {
      readonly meta?: object;
      readonly issue?: readonly { readonly diagnostics: string }[];
    };
  }[];
}
interface Statement {
  readonly rest: readonly [
    {
      readonly resource: readonly {
        readonly type: string;
        readonly searchParam?: readonly { readonly name: string }[];
      }[];
    },
  ];
}

test('elements are left out of what is no copy as well, and the rest is a resource of R4', async () => {
  const whole = (await ask('Group', '')).json<Bundle>().entry?.[0]?.resource;
  const subset = (await ask('Group', '_elements=actual')).json<Bundle>().entry?.[0]?.resource;
  expect(Object.keys(whole ?? {})).toEqual(expect.arrayContaining(['managingEntity']));
  expect(Object.keys(subset ?? {}).sort()).toEqual(['actual', 'id', 'meta', 'resourceType', 'type']);
  expect(subset?.meta).toMatchObject({ tag: [{ code: 'SUBSETTED' }] });
  expect(checkResource(subset).resourceType).toBe('Group');
});

test('Patients are counted: alone, and beside those who are shown', async () => {
  const nobody = 'identifier=urn:elsewhere|4711';
  const count = async (query: string) => (await ask('Patient', `${nobody}${query}`)).json<Bundle>();
  expect(await count('&_summary=count')).toMatchObject({ total: 0 });
  expect(await count('&_total=accurate')).toMatchObject({ total: 0 });
  expect(await count('&_total=none')).not.toHaveProperty('total');
  expect(await count('')).not.toHaveProperty('total');
});

test('what was left out is named, of how it is shown too', async () => {
  const answer = await ask('Encounter', `_id=${ENTRY_ID}&_total=accurate&_sort=date`, 'handling=lenient');
  const [outcome] = answer.json<Bundle>().entry ?? [];
  expect(outcome?.resource.issue?.map(({ diagnostics }) => diagnostics.split('parameter ')[1])).toEqual([
    ...['"_total"', '"_sort"'],
  ]);
});
