import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { accessControl, records } from '@careledger/contracts';
import { fromUtf8, utf8 } from '@careledger/crypto';
import { decryptFrom, newSalt, saltedHash } from '@careledger/envelope';
import { SEALED_CONTEXT } from '@careledger/protocol';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call } from '../rig/api-client.js';
import { labBundle, noteBundle } from '../rig/bundles.js';
import { LayersRig } from '../rig/layers-rig.js';
import { NoticeClient } from '../rig/notices.js';
import type { TestHome } from '../rig/test-home.js';

const EMERGENCY_BUNDLE = { resourceType: 'Bundle', type: 'collection' };
let rig: LayersRig;

beforeAll(async () => {
  rig = await LayersRig.start({ units: ['cardiology', 'billing'] });
}, 180_000);
afterAll(() => rig[Symbol.asyncDispose]());

/** Until the api has read from its peer what a test has put on the ledger. */
async function granted(
  home: TestHome,
  body: Parameters<TestHome['grant']>[1] = {},
  words: Parameters<TestHome['grant']>[2] = {},
) {
  await using notices = await NoticeClient.connect(rig.authority(), { after: 0 });
  const grantId = await home.grant('aut_hospital', body, words);
  await notices.next(
    ({ type, data }) =>
      type === 'policy' &&
      data['patientId'] === home.patientId &&
      (data['granted'] as string[]).includes(grantId),
  );
  return grantId;
}

const textOf = (value: unknown): string => String(value);

describe('subscriptions', () => {
  test('the patient alone can read the reason, and approval brings notices', async () => {
    const home = await rig.home();
    const hospital = rig.authority();
    await using notices = await NoticeClient.connect(hospital);
    const asked = await call(hospital, 'practitioner', 'POST', '/v1/subscriptions', {
      patientId: home.patientId,
      permissions: ['read'],
      purposes: ['TREAT'],
      reason: 'Diabetes ward',
    });
    expect(asked.status).toBe(201);
    const subscriptionId = textOf(asked.body['subscriptionId']);
    const { rows } = await home.ledger
      .channel('authorities')
      .evaluate(accessControl, 'ListSubscriptions', { patientId: home.patientId });
    expect(rows).toEqual([expect.objectContaining({ subscriptionId, status: 'pending' })]);
    expect(JSON.stringify(rows)).not.toContain('Diabetes');
    const reason = await decryptFrom(rows[0]?.sealed ?? '', home.encryption, {
      context: SEALED_CONTEXT.subscriptionReason,
    });
    expect(JSON.parse(fromUtf8(reason))).toEqual({ v: 1, reason: 'Diabetes ward' });

    await home.grant('aut_hospital', { subscriptionId });
    const policy = await notices.next(
      ({ type, data }) => type === 'policy' && data['patientId'] === home.patientId,
    );
    expect(policy.data).toMatchObject({ active: true });
    const approved = await call(
      hospital,
      'ops',
      'GET',
      `/v1/subscriptions?patientId=${home.patientId}&status=approved`,
    );
    expect(approved.body['subscriptions']).toEqual([expect.objectContaining({ subscriptionId })]);
    const stored = await home.store(rig.provider(), { bundle: labBundle(home.patientId, 6.1), readers: [] });
    await stored.announce();
    await notices.next(({ type, data }) => type === 'record' && data['recordId'] === stored.recordId);

    const cancelled = await call(hospital, 'ops', 'DELETE', `/v1/subscriptions/${subscriptionId}`);
    expect(cancelled.status).toBe(200);
    await notices.next(({ type, data }) => type === 'subscription' && data['status'] === 'cancelled');
    const silent = await home.store(rig.provider(), { bundle: labBundle(home.patientId, 6.2), readers: [] });
    await silent.announce();
    // A notice about somebody else, later on the ledger, shows that this one would have come by now.
    const other = await rig.home();
    await granted(other);
    const heard = await other.store(rig.provider(), { bundle: labBundle(other.patientId, 6), readers: [] });
    await heard.announce();
    await notices.next(({ type, data }) => type === 'record' && data['recordId'] === heard.recordId);
    expect(notices.received.map(({ data }) => data['recordId'])).not.toContain(silent.recordId);
  });

  test('the same idempotency key is the same subscription', async () => {
    const home = await rig.home();
    const ask = (patientId: string) =>
      call(
        rig.authority(),
        'ops',
        'POST',
        '/v1/subscriptions',
        { patientId, permissions: ['read'], purposes: ['TREAT'] },
        { headers: { 'idempotency-key': `once-${home.patientId}` } },
      );
    const [first, second] = [await ask(home.patientId), await ask(home.patientId)];
    expect(second.body).toEqual(first.body);
    const reused = await ask((await rig.home()).patientId);
    expect([reused.status, reused.body['code']]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
  });

  test('a patient whom the ledger does not know is a 404', async () => {
    const patientId = `pat_${'a'.repeat(32)}`;
    const body = { patientId, permissions: ['read'], purposes: ['TREAT'], reason: 'x' };
    const answer = await call(rig.authority(), 'ops', 'POST', '/v1/subscriptions', body);
    expect([answer.status, answer.body['code']]).toEqual([404, 'PATIENT_UNKNOWN']);
  });
});

describe('records', () => {
  test('a granted record is opened as FHIR and signed for; the audit shows it on both sides', async () => {
    const home = await rig.home();
    const hospital = rig.authority();
    await granted(home);
    const bundle = labBundle(home.patientId, 7.3);
    const stored = await home.store(rig.provider('cloud-b'), { bundle, readers: ['aut_hospital'] });
    await stored.announce();
    const listed = await call(hospital, 'practitioner', 'GET', `/v1/records?patientId=${home.patientId}`);
    expect(listed.body['records']).toEqual([
      expect.objectContaining({ recordId: stored.recordId, version: 1 }),
    ]);

    const path = `/v1/records/${stored.recordId}?patientId=${home.patientId}`;
    const opened = await call(hospital, 'practitioner', 'GET', path);
    expect(opened.status).toBe(200);
    expect(opened.headers.get('content-type')).toBe('application/fhir+json');
    expect(opened.body).toEqual(JSON.parse(JSON.stringify(bundle)));

    const audit = await call(hospital, 'auditor', 'GET', `/v1/audit?patientId=${home.patientId}`);
    expect(audit.body['accesses']).toEqual([
      {
        ledger: expect.objectContaining({ decision: 'permit', recordId: stored.recordId }),
        own: expect.objectContaining({ outcome: 'opened', decision: 'permit' }),
      },
    ]);
  });

  test('without a grant the denial is written down and told with its transaction', async () => {
    const home = await rig.home();
    const stored = await home.store(rig.provider(), {
      bundle: labBundle(home.patientId, 7),
      readers: ['aut_hospital'],
    });
    await stored.announce();
    const path = `/v1/records/${stored.recordId}?patientId=${home.patientId}`;
    const denied = await call(rig.authority(), 'practitioner', 'GET', path);
    expect(denied.status).toBe(403);
    expect(denied.body).toMatchObject({
      code: 'ACCESS_DENIED',
      reason: 'NO_GRANT',
      txId: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const { rows } = await home.ledger
      .channel('cloud')
      .evaluate(records, 'ListAccesses', { patientId: home.patientId });
    expect(rows).toEqual([expect.objectContaining({ decision: 'deny', txId: denied.body['txId'] })]);
    const own = await call(rig.authority(), 'auditor', 'GET', '/v1/audit?limit=1');
    expect(own.body['accesses']).toEqual([
      { ledger: null, own: expect.objectContaining({ outcome: 'denied', reason: 'NO_GRANT' }) },
    ]);
    const listed = await call(
      rig.authority(),
      'practitioner',
      'GET',
      `/v1/records?patientId=${home.patientId}`,
    );
    expect(listed.body['records']).toEqual([]);
  });

  test('a revoked grant denies the next request', async () => {
    const home = await rig.home();
    const grantId = await granted(home);
    const stored = await home.store(rig.provider(), {
      bundle: labBundle(home.patientId, 7),
      readers: ['aut_hospital'],
    });
    await stored.announce();
    const path = `/v1/records/${stored.recordId}?patientId=${home.patientId}`;
    expect((await call(rig.authority(), 'practitioner', 'GET', path)).status).toBe(200);
    await home.revoke(grantId);
    expect((await call(rig.authority(), 'practitioner', 'GET', path)).body).toMatchObject({
      code: 'ACCESS_DENIED',
    });
  });

  test('a grant to one unit opens for that unit’s token only', async () => {
    const home = await rig.home();
    await granted(home, {}, { units: ['cardiology'] });
    const stored = await home.store(rig.provider(), {
      bundle: labBundle(home.patientId, 7),
      readers: ['aut_hospital'],
    });
    await stored.announce();
    const path = `/v1/records/${stored.recordId}?patientId=${home.patientId}`;
    const as = (unit: string, more = '') =>
      call(rig.authority(), 'practitioner', 'GET', path + more, undefined, {
        token: rig.unitTokens.get(unit) ?? '',
      });
    expect((await as('cardiology')).status).toBe(200);
    expect((await as('billing')).body).toMatchObject({ code: 'ACCESS_DENIED', reason: 'GRANTEE_MISMATCH' });
    expect((await as('billing', '&unit=cardiology')).body).toMatchObject({ code: 'UNIT_MISMATCH' });
  });

  test('a record altered in the cloud is not shown, and counted', async () => {
    const home = await rig.home();
    await granted(home);
    const stored = await home.store(rig.provider(), {
      bundle: labBundle(home.patientId, 7),
      readers: ['aut_hospital'],
    });
    await stored.announce();
    await breakWrapSet(stored.recordId);
    const path = `/v1/records/${stored.recordId}?patientId=${home.patientId}`;
    const answer = await call(rig.authority(), 'practitioner', 'GET', path);
    expect([answer.status, answer.body['code'], answer.body['reason']]).toEqual([
      502,
      'RECORD_ALTERED',
      'WRAP_SIGNATURE_INVALID',
    ]);
    expect(JSON.stringify(answer.body)).not.toContain('Hemoglobin');
    const metrics = await fetch(`${rig.authority().url}/metrics`, {
      headers: { authorization: `Bearer ${rig.authority().tokens.ops}` },
    });
    expect(await metrics.text()).toMatch(/accesses_total\{outcome="RECORD_ALTERED",[^}]*\} 1/);
  });

  test('a record that is not wrapped to the authority yet says so', async () => {
    const home = await rig.home();
    await granted(home);
    const stored = await home.store(rig.provider(), { bundle: labBundle(home.patientId, 7), readers: [] });
    await stored.announce();
    const path = `/v1/records/${stored.recordId}?patientId=${home.patientId}`;
    const answer = await call(rig.authority(), 'practitioner', 'GET', path);
    expect([answer.status, answer.body['code']]).toEqual([409, 'RECORD_NOT_WRAPPED']);
  });

  test('an unknown record is a 404', async () => {
    const home = await rig.home();
    const path = `/v1/records/rec_${'a'.repeat(32)}?patientId=${home.patientId}`;
    const answer = await call(rig.authority(), 'practitioner', 'GET', path);
    expect([answer.status, answer.body['code']]).toEqual([404, 'RECORD_UNKNOWN']);
  });
});

/** Has provider A serve a wrap set whose signature is broken, as if somebody had got at its database. */
async function breakWrapSet(recordId: string): Promise<void> {
  const provider = rig.family.child('cloud-a');
  await provider.stop();
  const database = new DatabaseSync(join(rig.dir, 'cloud-a', 'provider.db'));
  const row = database.prepare('SELECT wrap_set FROM versions WHERE record_id = ?').get(recordId) as {
    wrap_set: string;
  };
  const [header, payload, signature = ''] = row.wrap_set.split('.');
  const broken = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`;
  database
    .prepare('UPDATE versions SET wrap_set = ? WHERE record_id = ?')
    .run(`${header}.${payload}.${broken}`, recordId);
  database.close();
  await provider.start();
}

describe('writing', () => {
  const write = (home: TestHome, bundle: object, headers: Record<string, string> = {}, more: object = {}) =>
    call(
      rig.authority(),
      'practitioner',
      'POST',
      '/v1/records',
      { patientId: home.patientId, bundle, ...more },
      { headers },
    );

  test('a clinical record is stored, announced, readable by its author and its patient, and written once', async () => {
    const home = await rig.home();
    await granted(home, { permissions: ['read', 'write', 'modify'] });
    const bundle = noteBundle(home.patientId, 'Feels better');
    const written = await write(home, bundle);
    expect(written.status).toBe(201);
    expect(written.body).toMatchObject({ stage: 'announced', version: 1, receipt: expect.any(String) });
    expect((await write(home, bundle)).body).toEqual(written.body);
    const recordId = textOf(written.body['recordId']);
    const { rows } = await home.ledger
      .channel('authorities')
      .evaluate(records, 'ListAnnouncements', { patientId: home.patientId });
    expect(rows).toEqual([expect.objectContaining({ recordId, author: 'aut_hospital', kind: 'clinical' })]);

    const path = `/v1/records/${recordId}?patientId=${home.patientId}`;
    expect((await call(rig.authority(), 'practitioner', 'GET', path)).body).toMatchObject({
      resourceType: 'Bundle',
    });

    const revised = await call(rig.authority(), 'practitioner', 'PUT', `/v1/records/${recordId}`, {
      patientId: home.patientId,
      bundle: noteBundle(home.patientId, 'Feels much better'),
    });
    expect([revised.status, revised.body['version'], revised.body['stage']]).toEqual([201, 2, 'announced']);
    const newest = await call(rig.authority(), 'practitioner', 'GET', path);
    expect(newest.headers.get('etag')).toBe('W/"2"');
    const first = await call(rig.authority(), 'practitioner', 'GET', `${path}&version=1`);
    expect(first.body).toEqual(JSON.parse(JSON.stringify(bundle)));
  });

  test('without the right to write nothing is stored', async () => {
    const home = await rig.home();
    await granted(home);
    const refused = await write(home, noteBundle(home.patientId, 'x'));
    expect([refused.status, refused.body['code']]).toEqual([403, 'WRITE_NOT_GRANTED']);
  });

  test('a scoped grant gives its tags, and nothing beyond its scope', async () => {
    const home = await rig.home();
    const scope = [{ category: 'laboratory', resourceType: 'Observation' }];
    await granted(home, { permissions: ['read', 'write'] }, { scope });
    const written = await write(home, labBundle(home.patientId, 6.5));
    expect(written.status).toBe(201);
    const grants = await call(rig.authority(), 'ops', 'GET', `/v1/patients/${home.patientId}/grants`);
    const [grant] = grants.body['grants'] as { scopeTags: string[]; meaning: { scope: object[] } }[];
    expect(grant?.meaning.scope).toEqual([{ ...scope[0], tag: grant?.scopeTags[0] }]);
    const { rows } = await home.ledger
      .channel('authorities')
      .evaluate(records, 'ListAnnouncements', { patientId: home.patientId });
    expect(rows[0]?.scopeTags).toEqual(grant?.scopeTags);
    const beyond = await write(home, noteBundle(home.patientId, 'x'));
    expect(beyond.body).toMatchObject({ code: 'WRITE_NOT_GRANTED', reason: 'SCOPE_NOT_GRANTED' });
  });

  test('what is no FHIR Bundle is refused', async () => {
    const home = await rig.home();
    const refused = await write(home, { resourceType: 'Bundle', type: 'nonsense' });
    expect([refused.status, refused.body['code']]).toEqual([422, 'FHIR_INVALID']);
  });
});

describe('emergencies', () => {
  const send = (statement: string) =>
    call(rig.authority(), 'system', 'POST', '/v1/emergency-notices', { statement });

  test('a direct emergency is told at once with its bundle, and matched with its announcement later', async () => {
    const home = await rig.home();
    await granted(home);
    await using notices = await NoticeClient.connect(rig.authority());
    const stored = await home.store(rig.provider(), {
      kind: 'emergency',
      bundle: EMERGENCY_BUNDLE,
      readers: [],
    });
    const statement = await home.emergencyNotice('aut_hospital', {
      recordId: stored.recordId,
      bundle: EMERGENCY_BUNDLE,
    });
    expect((await send(statement)).status).toBe(202);
    const direct = await notices.next(({ type }) => type === 'emergency');
    expect(direct.data).toMatchObject({ recordId: stored.recordId, bundle: EMERGENCY_BUNDLE });
    const unmatched = '/v1/notices/unmatched?olderThanMs=0';
    expect((await call(rig.authority(), 'ops', 'GET', unmatched)).body['emergencies']).toEqual([
      expect.objectContaining({ recordId: stored.recordId }),
    ]);
    await stored.announce();
    const announced = await notices.next(({ type }) => type === 'record');
    expect(announced.data).toMatchObject({ recordId: stored.recordId, matched: true });
    expect((await call(rig.authority(), 'ops', 'GET', unmatched)).body['emergencies']).toEqual([]);
    // The same notice again: recognised, and told once.
    expect((await send(statement)).body).toEqual({ created: false });
    await using replay = await NoticeClient.connect(rig.authority(), { lastEventId: direct.id - 1 });
    await replay.next(({ id }) => id === announced.id);
    expect(replay.received.map(({ id }) => id)).toEqual([direct.id, announced.id]);
  });

  test.each([
    [
      'another patient’s gateway',
      'STATEMENT_KEY_UNKNOWN',
      async (home: TestHome) => ({ signer: (await rig.home()).patient, recordId: home.nextRecordId() }),
    ],
    [
      'a notice for another authority',
      'NOT_ADDRESSED',
      async (home: TestHome) => ({ addressee: 'aut_lab', recordId: home.nextRecordId() }),
    ],
  ])('%s is refused', async (_name, code, made) => {
    const home = await rig.home();
    await granted(home);
    const notice = await made(home);
    const answer = await send(
      await home.emergencyNotice('aut_hospital', { bundle: EMERGENCY_BUNDLE, ...notice }),
    );
    expect([answer.status, answer.body['code']]).toEqual([403, code]);
  });

  test('without a grant it is refused', async () => {
    const home = await rig.home();
    const notice = { recordId: home.nextRecordId(), bundle: EMERGENCY_BUNDLE };
    const answer = await send(await home.emergencyNotice('aut_hospital', notice));
    expect([answer.status, answer.body['code']]).toEqual([403, 'NOT_SUBSCRIBED']);
  });

  test('something sealed that is no bundle is refused', async () => {
    const home = await rig.home();
    await granted(home);
    const notice = { recordId: home.nextRecordId(), bundle: { resourceType: 'Patient' } };
    const answer = await send(await home.emergencyNotice('aut_hospital', notice));
    expect([answer.status, answer.body['code']]).toEqual([422, 'FHIR_INVALID']);
  });
});

describe('visits', () => {
  const visit = (home: TestHome, more: object = {}) =>
    call(rig.authority(), 'practitioner', 'POST', '/v1/visits', {
      patientId: home.patientId,
      at: '2026-05-05T09:30:00Z',
      data: { reason: 'check-up' },
      ...more,
    });

  test('with a check-in code it is confirmed, on both channels, and its data stays at home', async () => {
    const home = await rig.home();
    const checkIn = home.checkIn('aut_hospital', '2026-05-05T09:20:00Z');
    const made = await visit(home, { checkIn });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      stage: 'related',
      confirmed: true,
      relayedBy: expect.stringMatching(/^prv_/),
    });
    const visitId = textOf(made.body['visitId']);
    for (const channel of ['authorities', 'cloud'] as const) {
      const { rows } = await home.ledger
        .channel(channel)
        .evaluate(records, 'ListVisits', { patientId: home.patientId });
      expect(rows).toEqual([expect.objectContaining({ visitId, confirmed: true })]);
      expect(JSON.stringify(rows)).not.toContain('check-up');
      const location = await decryptFrom(rows[0]?.location ?? '', home.encryption, {
        context: SEALED_CONTEXT.visitLocation,
      });
      expect(JSON.parse(fromUtf8(location))).toMatchObject({ id: visitId });
      expect(rows[0]?.dataHash).not.toBe(saltedHash(newSalt(), utf8('{"reason":"check-up"}')));
    }
    const own = await call(rig.authority(), 'practitioner', 'GET', `/v1/visits/${visitId}`);
    expect(own.body).toMatchObject({ data: { reason: 'check-up' } });
    const audited = await call(rig.authority(), 'auditor', 'GET', `/v1/visits/${visitId}`);
    expect(audited.body).not.toHaveProperty('data');
    const files = readdirSync(join(rig.dir, 'hospital')).filter((name) => name.startsWith('authority.db'));
    for (const name of files)
      expect(readFileSync(join(rig.dir, 'hospital', name)).includes('check-up')).toBe(false);
  });

  test('without one it is unconfirmed, and with another patient’s it is refused', async () => {
    const home = await rig.home();
    expect((await visit(home)).body).toMatchObject({ stage: 'related', confirmed: false });
    const checkIn = (await rig.home()).checkIn('aut_hospital', '2026-05-05T09:20:00Z');
    const refused = await visit(home, { checkIn });
    expect([refused.status, refused.body['reason']]).toEqual([422, 'CHECK_IN_INVALID']);
  });

  test('another provider relays it where one is away', async () => {
    const home = await rig.home();
    const provider = rig.family.child('cloud-a');
    await provider.stop();
    try {
      expect((await visit(home)).body).toMatchObject({ stage: 'related', relayedBy: 'prv_cloud-b' });
    } finally {
      await provider.start();
    }
  });
});

describe('practitioners', () => {
  test('a practitioner gets a pseudonym on both channels, may be vouched for, and can be withdrawn', async () => {
    const home = await rig.home();
    await granted(home);
    const stored = await home.store(rig.provider(), {
      bundle: labBundle(home.patientId, 7),
      readers: ['aut_hospital'],
    });
    await stored.announce();
    const made = await call(rig.authority(), 'ops', 'POST', '/v1/practitioners', {
      role: 'physician',
      unit: 'cardiology',
      identity: { identifier: 'staff-17', name: 'Dr. Example' },
    });
    expect([made.status, made.body['stage']]).toEqual([201, 'active']);
    const practitionerId = textOf(made.body['practitionerId']);
    for (const channel of ['authorities', 'cloud'] as const) {
      const known = await home.ledger
        .channel(channel)
        .evaluate(accessControl, 'GetPractitioner', { authorityId: 'aut_hospital', practitionerId });
      expect(known).toMatchObject({ role: 'physician', active: true });
      expect(JSON.stringify(known)).not.toContain('Example');
    }
    const path = `/v1/records/${stored.recordId}?patientId=${home.patientId}&practitionerId=${practitionerId}`;
    expect((await call(rig.authority(), 'practitioner', 'GET', path)).status).toBe(200);
    const { rows } = await home.ledger
      .channel('cloud')
      .evaluate(records, 'ListAccesses', { patientId: home.patientId });
    expect(rows).toEqual([expect.objectContaining({ practitionerId })]);
    const withdrawn = await call(rig.authority(), 'ops', 'DELETE', `/v1/practitioners/${practitionerId}`);
    expect(withdrawn.body).toMatchObject({ stage: 'withdrawn' });
    expect((await call(rig.authority(), 'practitioner', 'GET', path)).body).toMatchObject({
      code: 'PRACTITIONER_UNKNOWN',
    });
  });
});

test('it is ready, and describes itself in OpenAPI 3.1', async () => {
  const { url } = rig.authority();
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ready' });
  const openapi = (await (await fetch(`${url}/openapi.json`)).json()) as { openapi: string; paths: object };
  expect(openapi.openapi).toBe('3.1.0');
  expect(Object.keys(openapi.paths)).toEqual(
    expect.arrayContaining(['/v1/notices', '/v1/records/{recordId}']),
  );
});
