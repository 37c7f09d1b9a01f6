import { checkResource, resourceIdOf, statementIdOf } from '@careledger/fhir';
import { listRoutes } from '@careledger/service-kit';
import { newApiTokens } from '@careledger/service-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwayApi } from '../../testing/away-api.js';
import { FHIR_BASE, FHIR_TABLE, OF_SYSTEM, ROUTE_OF, SAID_AS } from './table.js';

const PATIENT = `pat_${'a'.repeat(32)}`;
const { tokens, entries } = newApiTokens(PATIENT);
const ID = resourceIdOf({ patientId: PATIENT, recordId: `rec_${'b'.repeat(32)}`, entry: 'AAAAAAAAAAA' });
const OBSERVATION = `${FHIR_BASE}/Observation/${ID}`;

let api: AwayApi;
beforeAll(async () => {
  api = await AwayApi.open({ auth: { tokens: entries } });
});
afterAll(() => api[Symbol.asyncDispose]());

async function ask(url: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') {
  const answer = await api.app.inject({
    method: method as 'GET',
    url,
    headers: { authorization: `Bearer ${tokens.practitioner}`, ...headers },
  });
  return { answer, outcome: answer.json<Outcome>() };
}

interface Outcome {
  readonly resourceType: string;
  readonly issue?: readonly {
    readonly code: string;
    readonly details: { readonly coding: readonly { readonly code: string }[] };
  }[];
}

const said = ({ answer, outcome }: Awaited<ReturnType<typeof ask>>) => [
  answer.statusCode,
  outcome.resourceType,
  outcome.issue?.[0]?.code,
  outcome.issue?.[0]?.details.coding[0]?.code,
];

describe('the table', () => {
  test('has every route below /fhir, and every row is a route for its roles alone', () => {
    const routes = listRoutes(api.app).filter(
      ({ method, url }) => method !== 'HEAD' && url.startsWith(FHIR_BASE),
    );
    const expected = FHIR_TABLE.map((row) => [
      ROUTE_OF[row.interaction](row.resourceType).join(' '),
      row.roles,
    ]);
    const found = routes.filter(({ public: open }) => !open);
    // A transaction and a batch have one address.
    const distinct = [...new Map(expected.map((each) => [JSON.stringify(each), each])).values()];
    expect(found.map(({ method, url, roles }) => [`${method} ${url}`, roles])).toEqual(distinct);
    expect(routes.filter(({ public: open }) => open).map(({ url }) => url)).toEqual([
      `${FHIR_BASE}/metadata`,
    ]);
  });

  test('is what the CapabilityStatement says, to whoever asks', async () => {
    const answer = await api.app.inject({ url: `${FHIR_BASE}/metadata` });
    const statement = answer.json<{
      rest: {
        resource: {
          type: string;
          interaction: { code: string; documentation: string }[];
          operation?: { name: string }[];
          searchInclude?: string[];
          searchRevInclude?: string[];
        }[];
        interaction: { code: string }[];
      }[];
    }>();
    expect(checkResource(statement).resourceType).toBe('CapabilityStatement');
    expect(answer.headers['content-type']).toBe('application/fhir+json');
    const told = statement.rest[0]?.resource.flatMap(({ type, interaction, operation = [] }) =>
      [...interaction.map(({ code }) => code), ...operation.map(({ name }) => name)].map(
        (code) => `${type} ${code}`,
      ),
    );
    const of = (isOfSystem: boolean) =>
      FHIR_TABLE.filter(({ interaction }) => OF_SYSTEM.has(interaction) === isOfSystem);
    expect(told?.sort()).toEqual(
      of(false)
        .filter(({ interaction }) => SAID_AS[interaction] === undefined)
        .map(({ resourceType, interaction }) => `${resourceType} ${interaction}`)
        .sort(),
    );
    const shownBeside = statement.rest[0]?.resource.find(({ type }) => type === 'Observation');
    expect(shownBeside?.searchInclude).toEqual(
      expect.arrayContaining(['Observation:subject', 'Observation:device']),
    );
    expect(shownBeside?.searchRevInclude).toEqual([
      ...['DiagnosticReport:result', 'Observation:derived-from', 'Observation:has-member'],
      ...['Provenance:entity', 'Provenance:target'],
    ]);
    const updates = statement.rest[0]?.resource.flatMap(({ interaction }) =>
      interaction.filter(({ code }) => code === 'update'),
    );
    expect(updates?.map(({ documentation }) => documentation.includes('scopes `r` and `u`'))).toEqual([
      ...[true, true, true],
    ]);
    expect(statement.rest[0]?.interaction.map(({ code }) => code)).toEqual(
      of(true).map(({ interaction }) => interaction),
    );
  });
});

describe('what the table does not have does not exist', () => {
  test.each([
    ['GET', `${FHIR_BASE}/Spaceship/1`],
    ['GET', `${FHIR_BASE}/observation/${ID}`],
    ['GET', `${FHIR_BASE}/MedicationRequest/${ID}`],
    ['POST', `${FHIR_BASE}/Spaceship`],
    ['GET', `${FHIR_BASE}/Observation/${ID}/_history/1/more`],
  ])('%s %s is 404', async (method, url) => {
    expect(said(await ask(url, {}, method))).toEqual([404, 'OperationOutcome', 'not-found', 'NOT_FOUND']);
  });

  test.each(['DELETE', 'PATCH'])('%s of a resource is 405', async (method) => {
    const asked = await ask(OBSERVATION, {}, method);
    expect(said(asked)).toEqual([405, 'OperationOutcome', 'processing', 'METHOD_NOT_ALLOWED']);
    expect(asked.answer.headers.allow).toContain('GET');
  });

  test('a path that only begins like FHIR’s is none of it', async () => {
    const answer = await api.app.inject({ url: '/fhirs' });
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
    expect(said(await ask(url))).toEqual([400, 'OperationOutcome', 'invalid', code]);
  });

  test.each([
    '',
    '?identifier=',
    '?identifier=urn:careledger:patient|',
    '?identifier=a,b',
    '?name=Ann',
    '?_sort=name',
  ])('a search of patients by %j is 400', async (query) => {
    expect(said(await ask(`${FHIR_BASE}/Patient${query}`))).toEqual([
      400,
      'OperationOutcome',
      'invalid',
      'VALIDATION_FAILED',
    ]);
  });

  test('a patient is found by the pseudonym alone: another system’s number is nobody’s here', async () => {
    for (const identifier of [`urn:oid:1.2.3|${PATIENT}`, '|4711', 'urn:careledger:patient|4711']) {
      const query = new URLSearchParams({ identifier }).toString();
      const { outcome } = await ask(`${FHIR_BASE}/Patient?${query}`);
      expect(outcome).toMatchObject({ type: 'searchset', link: [{ relation: 'self' }] });
      expect(outcome).not.toHaveProperty('entry');
    }
  });

  test.each([
    '',
    '?patient=',
    '?patient=Ann',
    `?patient=Observation/pat-${'a'.repeat(32)}`,
    `?patient=pat-${'a'.repeat(32)}&patient=pat-${'b'.repeat(32)}`,
    `?patient=pat-${'a'.repeat(32)}&_count=abc`,
    `?patient=pat-${'a'.repeat(32)}&_count=101`,
    `?patient=pat-${'a'.repeat(32)}&agent=x`,
    `?patient=pat-${'a'.repeat(32)}&_sort=date`,
  ])(
    'a search of AuditEvents by %j is 400: nothing is left out unseen, and nothing more is found',
    async (query) => {
      const authorization = `Bearer ${tokens.auditor}`;
      expect(said(await ask(`${FHIR_BASE}/AuditEvent${query}`, { authorization }))).toEqual([
        400,
        'OperationOutcome',
        'invalid',
        'VALIDATION_FAILED',
      ]);
    },
  );

  test.each([`${FHIR_BASE}/Observation/1`, `${OBSERVATION}/_history/x`, `${OBSERVATION}/_history/0`])(
    '%s is an id of FHIR, and of nothing here',
    async (url) => {
      expect(said(await ask(url))).toEqual([404, 'OperationOutcome', 'not-found', 'NOT_FOUND']);
    },
  );

  test('with Prefer: handling=lenient unknown parameters are left out, and the answer says so', async () => {
    const asked = await ask(`${FHIR_BASE}/Observation/1?_elements=code`, { prefer: 'handling=lenient' });
    expect(said(asked)).toEqual([404, 'OperationOutcome', 'not-found', 'NOT_FOUND']);
    expect(asked.answer.headers['preference-applied']).toBe('handling=lenient');
    // What is known is taken at its word all the same.
    const counted = await ask(`${OBSERVATION}/_history?_count=abc`, { prefer: 'handling=lenient' });
    expect(counted.answer.statusCode).toBe(400);
  });

  test('who is not let through is told as FHIR tells it', async () => {
    const nobody = await api.app.inject({ url: OBSERVATION });
    expect([nobody.statusCode, nobody.json<Outcome>().issue?.[0]?.code]).toEqual([401, 'login']);
    expect(said(await ask(OBSERVATION, { authorization: `Bearer ${tokens.ops}` }))).toEqual([
      403,
      'OperationOutcome',
      'forbidden',
      'FORBIDDEN',
    ]);
  });

  test('while the ledger is away, that is what an outcome says', async () => {
    expect(said(await ask(OBSERVATION))).toEqual([
      503,
      'OperationOutcome',
      'transient',
      'LEDGER_UNAVAILABLE',
    ]);
  });
});

describe('what is sent is what is written, or it is refused', () => {
  const observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'Weight' },
    subject: { reference: `Patient/pat-${'a'.repeat(32)}` },
  };
  const send = async (
    method: 'POST' | 'PUT',
    url: string,
    payload: object,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const answer = await api.app.inject({
      ...{ method, url, payload },
      headers: {
        authorization: `Bearer ${tokens.practitioner}`,
        'content-type': 'application/fhir+json',
        ...headers,
      },
    });
    return { answer, outcome: answer.json<Outcome>() };
  };
  const entry = (more: object = {}) => ({
    resource: observation,
    request: { method: 'POST', url: 'Observation', ...more },
  });
  const transaction = (...entries: object[]) => ({
    ...{ resourceType: 'Bundle', type: 'transaction' },
    ...(entries.length > 0 && { entry: entries }),
  });
  const seen = { 'if-match': 'W/"1"' };

  test.each([
    ['a resource of another type', `${FHIR_BASE}/DiagnosticReport`, observation],
    ['a resource about nobody', `${FHIR_BASE}/Observation`, { ...observation, subject: undefined }],
    ['a status that R4 has not', `${FHIR_BASE}/Observation`, { ...observation, status: 'done' }],
    [
      'a name beside the pseudonym',
      `${FHIR_BASE}/Observation`,
      { ...observation, subject: { ...observation.subject, display: 'Ann' } },
    ],
    ['what is no Bundle', FHIR_BASE, observation],
    ['a batch of nothing', FHIR_BASE, { ...transaction(), type: 'batch' }],
    ['a batch of too much', FHIR_BASE, { ...transaction(...Array(21).fill(entry())), type: 'batch' }],
    ['a batch’s answer', FHIR_BASE, { ...transaction(entry()), type: 'batch-response' }],
    ['a collection', FHIR_BASE, { ...transaction(entry()), type: 'collection' }],
    ['nothing', FHIR_BASE, transaction()],
    [
      'an update in a transaction',
      FHIR_BASE,
      transaction(entry({ method: 'PUT', url: `Observation/${ID}` })),
    ],
    [
      'a deletion in a transaction',
      FHIR_BASE,
      transaction(entry(), { request: { method: 'DELETE', url: `Observation/${ID}` } }),
    ],
    ['another type than the request says', FHIR_BASE, transaction(entry({ url: 'DiagnosticReport' }))],
    ['a condition', FHIR_BASE, transaction(entry({ ifNoneExist: 'identifier=1' }))],
    [
      'two patients',
      FHIR_BASE,
      transaction(entry(), {
        ...entry(),
        resource: { ...observation, subject: { reference: `Patient/pat-${'b'.repeat(32)}` } },
      }),
    ],
    [
      'somebody’s consent',
      FHIR_BASE,
      transaction(entry(), {
        resource: { resourceType: 'Consent' },
        request: { method: 'POST', url: 'Consent' },
      }),
    ],
  ])('%s is 422', async (_what, url, payload) => {
    const sent = await send('POST', url, payload);
    const [status, type, , code] = said(sent);
    expect([status, type, code]).toEqual([422, 'OperationOutcome', 'FHIR_INVALID']);
  });

  test('what is wrong with a resource is told as of it', async () => {
    const { answer } = await send('POST', `${FHIR_BASE}/Observation`, { ...observation, status: 'done' });
    expect(answer.json()).toMatchObject({ issue: [{ expression: ['Observation.status'] }] });
  });

  test.each([
    ['a condition on what there is', 'POST', `${FHIR_BASE}/Observation`, { 'if-none-exist': 'code=1' }],
    ['without the version that was seen', 'PUT', OBSERVATION, {}],
    ['with a version that is none', 'PUT', OBSERVATION, { 'if-match': '*' }],
    ['under another id', 'PUT', OBSERVATION, seen],
  ] as const)('%s is 400', async (_what, method, url, headers) => {
    expect(said(await send(method, url, observation, headers))).toEqual([
      400,
      'OperationOutcome',
      'invalid',
      'VALIDATION_FAILED',
    ]);
  });

  test('an update of what has no id of ours is 404: nobody chooses an id', async () => {
    const sent = await send('PUT', `${FHIR_BASE}/Observation/mine`, { ...observation, id: 'mine' }, seen);
    expect(said(sent)).toEqual([404, 'OperationOutcome', 'not-found', 'NOT_FOUND']);
  });
});

describe('a Consent', () => {
  const CONSENT = `${FHIR_BASE}/Consent`;
  const as = (role: 'ops' | 'practitioner' | 'auditor') => ({ authorization: `Bearer ${tokens[role]}` });

  test.each([
    '?patient=',
    '?patient=Ann',
    `?patient=${PATIENT}&patient=${PATIENT}`,
    '?status=',
    '?status=draft',
    '?status=urn:mine|active',
    '?status=active,',
    '?status=active&status=rejected',
    '?_id=a_b',
    '?_count=0',
    '?_count=101',
    '?period=2026',
    '?_sort=date',
  ])('is not searched by %j', async (query) => {
    expect(said(await ask(`${CONSENT}${query}`))).toEqual([
      ...[400, 'OperationOutcome', 'invalid', 'VALIDATION_FAILED'],
    ]);
  });

  test('has an id of its own kind: any other is nobody’s, and nobody is asked for it', async () => {
    for (const id of ['1', ID, `pat-${'a'.repeat(32)}`])
      expect(said(await ask(`${CONSENT}/${id}`))).toEqual([
        ...[404, 'OperationOutcome', 'not-found', 'NOT_FOUND'],
      ]);
    expect((await ask(`${CONSENT}?_id=${ID}`)).answer.json()).not.toHaveProperty('entry');
  });

  test('is asked by who may, and with every fault told where it is', async () => {
    const post = async (role: 'ops' | 'practitioner' | 'auditor', payload: object, more: object = {}) => {
      const headers = { ...as(role), 'content-type': 'application/fhir+json', ...more };
      const answer = await api.app.inject({ ...{ method: 'POST', url: CONSENT, payload }, headers });
      return { answer, outcome: answer.json<Outcome>() };
    };
    const none = { resourceType: 'Consent', status: 'active', performer: [] };
    expect(said(await post('auditor', none))).toEqual([
      ...[403, 'OperationOutcome', 'forbidden', 'FORBIDDEN'],
    ]);
    for (const role of ['ops', 'practitioner'] as const) {
      const { answer } = await post(role, none);
      const { issue } = answer.json<{ issue: { expression: string[] }[] }>();
      expect([answer.statusCode, issue.flatMap(({ expression }) => expression)]).toEqual([
        422,
        expect.arrayContaining([
          'Consent.scope',
          'Consent.patient',
          'Consent.performer',
          'Consent.provision',
        ]),
      ]);
    }
    expect(said(await post('ops', { resourceType: 'Patient' }))[0]).toBe(422);
    expect(said(await post('ops', none, { 'if-none-exist': 'status=active' }))[0]).toBe(400);
  });
});

describe('an Encounter', () => {
  const ENCOUNTER = `${FHIR_BASE}/Encounter`;

  test.each([
    '?date=yesterday',
    '?date=ne2026',
    '?date=2026-02-30',
    '?patient=Ann',
    '?_id=a_b',
    '?_count=0',
    '?status=finished',
  ])('is not searched by %j', async (query) => {
    expect(said(await ask(`${ENCOUNTER}${query}`))).toEqual([
      ...[400, 'OperationOutcome', 'invalid', 'VALIDATION_FAILED'],
    ]);
  });

  test('of a visit has an id of a visit, and no versions', async () => {
    const visit = statementIdOf({ patientId: PATIENT, sid: 'AAECAwQFBgcICQoLDA0ODw' });
    const unavailable = [503, 'OperationOutcome', 'transient', 'LEDGER_UNAVAILABLE'];
    const nothing = [404, 'OperationOutcome', 'not-found', 'NOT_FOUND'];
    expect(said(await ask(`${ENCOUNTER}/${visit}`))).toEqual(unavailable);
    expect(said(await ask(`${ENCOUNTER}/${ID}`))).toEqual(unavailable);
    expect(said(await ask(`${ENCOUNTER}/1`))).toEqual(nothing);
    expect(said(await ask(`${ENCOUNTER}/${visit}/_history/1`))).toEqual(nothing);
    expect(said(await ask(`${ENCOUNTER}/${visit}/_history`))).toEqual(nothing);
    expect((await ask(`${ENCOUNTER}?_id=${ID}`)).outcome).not.toHaveProperty('entry');
  });
});

test('a Group is found by nothing, and has an id of its own', async () => {
  for (const query of ['?patient=x', '?_id=granted', '?_count=0', '?member=x'])
    expect(said(await ask(`${FHIR_BASE}/Group${query}`))[0]).toBe(400);
  expect(said(await ask(`${FHIR_BASE}/Group/1`))[0]).toBe(404);
  const { outcome } = await ask(`${FHIR_BASE}/Group/granted`);
  expect(outcome).toMatchObject({ resourceType: 'Group', actual: true, quantity: 0 });
  expect((await ask(`${FHIR_BASE}/Group`)).outcome).toMatchObject({ entry: [{ resource: outcome }] });
});

describe('a search of what a copy holds', () => {
  const search = `${FHIR_BASE}/Observation`;
  const patient = `patient=${PATIENT}`;
  const post = async (payload: string, type = 'application/x-www-form-urlencoded', more: object = {}) => {
    const answer = await api.app.inject({
      ...{ method: 'POST', url: `${search}/_search`, payload },
      headers: { authorization: `Bearer ${tokens.practitioner}`, 'content-type': type, ...more },
    });
    return { answer, outcome: answer.json<Outcome>() };
  };
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
    'patient.identifier=urn:oid:1.2.3|4711',
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
    `${patient}&performer=Device/${ID}`,
    `${patient}&performer=Practitioner/a/_history/1`,
    `${patient}&performer=https://elsewhere.example/fhir/Practitioner/1`,
    `${patient}&performer:identifier=x`,
    `${patient}&performer.name=Ann`,
    `${patient}&result=Observation/${ID}`,
    `${patient}&value-quantity=5.4`,
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
    expect(said(await ask(`${search}?${query}`))).toEqual(refused('VALIDATION_FAILED'));
    expect(said(await post(query))).toEqual(refused('VALIDATION_FAILED'));
  });

  test('in a form and in the address together says nothing twice, and no broken escapes', async () => {
    const both = await api.app.inject({
      ...{ method: 'POST', url: `${search}/_search?${patient}`, payload: patient },
      headers: {
        authorization: `Bearer ${tokens.practitioner}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    expect(both.statusCode).toBe(400);
    expect(said(await post(`${patient}&code=%zz`))).toEqual(refused('MALFORMED_REQUEST'));
  });

  test.each([
    ['application/json', '{}', {}],
    ['application/x-www-form-urlencoded', patient, { 'content-encoding': 'gzip' }],
  ])('is no body of %s %j %j', async (type, payload, more) => {
    expect((await post(payload, type, more)).answer.statusCode).toBe(415);
  });

  test('forms are taken nowhere else', async () => {
    const answer = await api.app.inject({
      ...{ method: 'POST', url: search, payload: patient },
      headers: {
        authorization: `Bearer ${tokens.practitioner}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    expect(answer.statusCode).toBe(415);
  });

  test('that is well asked is answered by what the ledger last said: nothing, while nobody can be asked', async () => {
    const asked = [
      await ask(
        `${search}?${patient}&code=http://loinc.org|718-7,2339-0&date=ge2026-05&date=lt2027&_sort=date`,
      ),
      await ask(`${search}?patient=Patient/pat-${'a'.repeat(32)}&_elements=code,value&_total=accurate`),
      await ask(`${search}?${patient}&x=1`, { prefer: 'handling=lenient' }),
      await post(`${patient}&x=1`, undefined, { prefer: 'handling=lenient' }),
      await post(`${patient}&_summary=count`),
      await ask(`${FHIR_BASE}/DocumentReference?${patient}&type=34133-9`),
      await ask(`${search}?patient.identifier=urn:careledger:patient|${PATIENT}`),
      await ask(`${search}?subject:Patient._id=${PATIENT}&_id=${ID},mine&status=final,amended`),
      await ask(
        `${search}?subject=Patient/${PATIENT}&_lastUpdated=ge2026-05-05&_include=Observation:device` +
          `&_include=Observation:subject&_revinclude=Provenance:target&performer=Practitioner/${ID},${ID}`,
      ),
      await ask(`${FHIR_BASE}/Device?${patient}&type=glucometer&organization=Organization/${ID}`),
      await ask(`${FHIR_BASE}/Provenance?${patient}&target=Observation/${ID}&recorded=ge2026&_sort=recorded`),
    ];
    for (const each of asked) expect(each.answer.statusCode).toBe(503);
  });
});

describe('everything of a patient', () => {
  const everything = `${FHIR_BASE}/Patient/${PATIENT}/$everything`;

  test.each([
    '_type=',
    '_type=observation',
    '_type=Observation,',
    '_type=Observation,Consent',
    '_type=Observation&_type=Device',
    '_since=',
    '_since=ge2026',
    '_since=yesterday',
    'start=2026-02-30',
    'start=le2026',
    'end=2026-05-05T10:00:00',
    'end=2026,2027',
    '_count=0',
    '_count=101',
    '_cursor=',
    '_include=Observation:device',
    'patient=1',
  ])('by %j is 400', async (query) => {
    const refused = [400, 'OperationOutcome', 'invalid', 'VALIDATION_FAILED'];
    expect(said(await ask(`${everything}?${query}`))).toEqual(refused);
  });

  test('is of nobody whose id is none', async () => {
    const asked = await ask(`${FHIR_BASE}/Patient/Ann/$everything`);
    expect(said(asked)).toEqual([404, 'OperationOutcome', 'not-found', 'NOT_FOUND']);
  });

  test('that is well asked is answered by what the ledger last said, and takes no POST', async () => {
    const asked = [
      await ask(everything),
      await ask(`${FHIR_BASE}/Patient/pat-${'a'.repeat(32)}/$everything?_type=Patient,Observation&_count=5`),
      await ask(`${everything}?_since=2026-05-05T10:00:00Z&start=2026-05&end=2026-06-01`),
    ];
    for (const each of asked) expect(each.answer.statusCode).toBe(503);
    expect((await ask(everything, {}, 'POST')).answer.statusCode).toBe(405);
  });
});

describe('$validate', () => {
  const sound = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'Mood' },
    subject: { reference: `Patient/pat-${'a'.repeat(32)}` },
  };
  const validate = async (payload: object, type = 'Observation') => {
    const answer = await api.app.inject({
      ...{ method: 'POST', url: `${FHIR_BASE}/${type}/$validate`, payload },
      headers: {
        authorization: `Bearer ${tokens.practitioner}`,
        'content-type': 'application/fhir+json',
      },
    });
    return [answer.statusCode, answer.json()];
  };
  const told = (...issue: object[]) => [200, { resourceType: 'OperationOutcome', issue }];

  test('says of what is sound that it is, by itself and in Parameters', async () => {
    const parameters = { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: sound }] };
    for (const payload of [sound, parameters])
      expect(await validate(payload)).toMatchObject(told({ severity: 'information' }));
  });

  test('says each fault and where it is', async () => {
    expect(await validate({ ...sound, status: 'done', code: undefined })).toMatchObject(
      told(
        { severity: 'error', expression: ['Observation.status'] },
        { severity: 'error', expression: ['Observation.code'] },
      ),
    );
  });

  test.each([
    ['another type', sound, 'DiagnosticReport', 'resourceType'],
    ['nobody', { ...sound, subject: undefined }, 'Observation', 'Observation.subject'],
    [
      'other parameters',
      { resourceType: 'Parameters', parameter: [{ name: 'mode', valueCode: 'create' }] },
      'Observation',
      'Parameters.parameter',
    ],
  ])('of %s says so', async (_what, payload, type, expression) => {
    expect(await validate(payload, type)).toMatchObject(
      told({ severity: 'error', expression: [expression] }),
    );
  });
});

describe('media types', () => {
  test.each([
    ['', undefined, 'application/fhir+json'],
    ['?_format=json', 'text/html', 'application/fhir+json'],
    ['?_format=application/fhir%2Bjson', 'text/html', 'application/fhir+json'],
    ['?_format=application/fhir+json', undefined, 'application/fhir+json'],
    ['', 'application/json', 'application/json'],
    ['', 'application/fhir+json;fhirVersion=4.0', 'application/fhir+json'],
  ])('metadata%s, Accept %s: %s', async (query, accept, type) => {
    const answer = await api.app.inject({
      url: `${FHIR_BASE}/metadata${query}`,
      headers: accept === undefined ? {} : { accept },
    });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, type]);
  });

  test.each([
    ['?_format=xml', undefined],
    ['?_format=json&_format=xml', undefined],
    ['', 'application/fhir+xml'],
  ])('metadata%s, Accept %s: 406', async (query, accept) => {
    const asked = await ask(`${FHIR_BASE}/metadata${query}`, accept === undefined ? {} : { accept });
    expect(said(asked)).toEqual([406, 'OperationOutcome', 'not-supported', 'NOT_ACCEPTABLE']);
  });
});
