import { records } from '@careledger/contracts';
import { eventually } from '@careledger/examples';
import { HeldWraps, PROVIDER_ROUTES } from '@careledger/protocol';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call } from '../fixtures/services/api-client.js';
import { labBundle, noteBundle } from '../fixtures/services/bundles.js';
import { GatewayFixture, PASSPHRASE, type GatewayPatient } from '../fixtures/services/gateway-fixture.js';
import { NoticeClient } from '../fixtures/services/notices.js';
import { OwnAuthor, onlyTagOf } from '../fixtures/services/own-author.js';
import { clientOf } from '../fixtures/services/test-home.js';

const LABORATORY = { category: 'laboratory', resourceType: 'Observation' } as const;

/** A record as the patient is told of it. */
interface Received {
  readonly recordId: string;
  readonly version: number;
  readonly author: string;
  readonly tags: string;
  readonly reason?: string;
  readonly cloudTxId?: string;
  readonly authoritiesTxId?: string;
}

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await GatewayFixture.start({ authorities: ['hospital', 'lab', 'insurer'] });
}, 180_000);
afterAll(() => fixture[Symbol.asyncDispose](), 60_000);

const gatewayProcess = () => fixture.layers.processes.child('gateway');

/** The insurer may read everything but psychiatry; hospital and lab may write laboratory results. */
async function insuredPatient(): Promise<GatewayPatient> {
  const patient = await fixture.patient();
  const grant = (authorityId: string, permissions: string[], more: object = {}) =>
    fixture.own(patient, 'POST', '/grants', {
      grant: { authorityId, permissions, purposes: ['TREAT'], ...more },
      passphrase: PASSPHRASE,
    });
  await grant('aut_insurer', ['read']);
  await grant('aut_hospital', ['write'], { scope: [LABORATORY] });
  await grant('aut_lab', ['write'], { scope: [LABORATORY] });
  await fixture.own(patient, 'POST', '/denials', {
    denial: { authorityId: 'aut_insurer', scope: [{ category: 'psychiatry', resourceType: '*' }] },
    passphrase: PASSPHRASE,
  });
  expect(await fixture.own(patient, 'POST', '/flush')).toMatchObject({ isDrained: true });
  return patient;
}

const insurerReads = ({ patientId }: GatewayPatient, recordId: string) =>
  call(
    fixture.layers.authority('insurer'),
    'practitioner',
    `GET /v1/records/${recordId}?patientId=${patientId}`,
  );

/** A result whose category is not the laboratory's. */
function psychiatricBundle(patientId: string): object {
  const text = JSON.stringify(labBundle(patientId, 6.5, 'document-1', 'aut_lab'));
  return JSON.parse(text.replaceAll('"laboratory"', '"psychiatry"')) as object;
}

/** By whose grants the record could be read at a time, by the ledger. */
async function readersAt(patient: GatewayPatient, recordId: string, at: string): Promise<string[]> {
  const path = `/records/${recordId}/readers?version=1&at=${at}`;
  const { readers } = await fixture.own(patient, 'GET', path);
  return (readers as { grant: { authorityId: string } }[]).map(({ grant }) => grant.authorityId);
}

/** What the hospital's own api writes. */
async function hospitalWrites({ patientId }: GatewayPatient, bundle: object): Promise<string> {
  const written = await call(fixture.layers.authority('hospital'), 'practitioner', 'POST /v1/records', {
    patientId,
    bundle,
  });
  expect([written.status, written.body['stage']]).toEqual([201, 'announced']);
  return String(written.body['recordId']);
}

/** The patient's view of a record, once it has come to what is asked for. */
function received(
  patient: GatewayPatient,
  recordId: string,
  isSo: (view: Received) => boolean,
): Promise<Received> {
  return eventually(`what is told of ${recordId}`, async () => {
    const { records: views } = await fixture.own(patient, 'GET', '/received-records');
    return (views as Received[]).find((each) => each.recordId === recordId && isSo(each));
  });
}
const isConfirmedEverywhere = ({ cloudTxId, authoritiesTxId }: Received): boolean =>
  cloudTxId !== undefined && authoritiesTxId !== undefined;

describe('under an exception, what a hospital writes', () => {
  test('is denied to the insurer until the patient’s gateway has confirmed what it holds, and then released', async () => {
    const patient = await insuredPatient();
    await using notices = await NoticeClient.connect(fixture.layers.authority('insurer'));
    await gatewayProcess().kill();
    const bundle = labBundle(patient.patientId, 6.5);
    const recordId = await hospitalWrites(patient, bundle);
    const before = await insurerReads(patient, recordId);
    expect([before.status, before.body]).toEqual([
      403,
      expect.objectContaining({ code: 'ACCESS_DENIED', reason: 'SCOPE_UNCONFIRMED' }),
    ]);
    await gatewayProcess().start();
    const view = await received(patient, recordId, isConfirmedEverywhere);
    expect(view).toMatchObject({ author: 'aut_hospital', version: 1, tags: 'confirmed' });
    expect(await fixture.own(patient, 'POST', '/flush')).toMatchObject({ isDrained: true, confirmations: 0 });
    const after = await insurerReads(patient, recordId);
    expect([after.status, after.body]).toEqual([200, JSON.parse(JSON.stringify(bundle))]);
    const opened = await fixture.own(patient, 'GET', `/received-records/${recordId}`);
    expect(opened['content']).toEqual(JSON.parse(JSON.stringify(bundle)));
    const named = { patientId: patient.patientId, recordId, version: 1 };
    const [stored, announced] = await Promise.all([
      fixture.layers.patientsLedger.channel('cloud').evaluate(records, 'GetRecord', named),
      fixture.layers.patientsLedger.channel('authorities').evaluate(records, 'GetAnnouncement', named),
    ]);
    expect(stored.confirmations?.map(({ tagGroups }) => tagGroups)).toEqual(
      announced.confirmations?.map(({ tagGroups }) => tagGroups),
    );
    expect(await readersAt(patient, recordId, stored.storedAt)).toEqual([]);
    const confirmedAt = stored.confirmations?.at(-1)?.at ?? '';
    expect(await readersAt(patient, recordId, confirmedAt)).toEqual(['aut_insurer']);
    await notices.next(({ type, data }) => type === 'record' && data['recordId'] === recordId);
    const seen = await call(
      fixture.layers.authority('insurer'),
      'practitioner',
      `GET /v1/records?patientId=${patient.patientId}`,
    );
    expect(seen.body['records']).toEqual([expect.objectContaining({ recordId })]);
  }, 180_000);

  test('is to the letter what the hospital sent, at another authority and at the patient’s gateway', async () => {
    const patient = await insuredPatient();
    const { patientId } = patient;
    const hospital = fixture.layers.authority('hospital');
    const send = async (value: string) => {
      const text = JSON.stringify({ patientId, bundle: labBundle(patientId, 6.5) });
      const sent = text
        .replace('"value":6.5', `"value":${value}`)
        .replace('08:00:00.000Z', '08:00:00.0+02:00');
      const answer = await fetch(`${hospital.url}/v1/records`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${hospital.tokens.practitioner}`,
          'content-type': 'application/json',
        },
        body: sent,
      });
      expect(answer.status).toBe(201);
      const { recordId } = (await answer.json()) as { recordId: string };
      return { recordId, content: sent.slice(sent.indexOf('"bundle":') + '"bundle":'.length, -1) };
    };
    const textOf = async ({ url }: { readonly url: string }, token: string, path: string) =>
      (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })).text();
    const seen = new Set<string>();
    for (const value of ['5.4', '5.40', '0.123456789012345678']) {
      const { recordId, content } = await send(value);
      seen.add(recordId);
      await received(patient, recordId, isConfirmedEverywhere);
      const insurer = fixture.layers.authority('insurer');
      const path = `/v1/records/${recordId}?patientId=${patientId}`;
      await fixture.own(patient, 'POST', '/flush');
      expect(await textOf(insurer, insurer.tokens.practitioner, path)).toBe(content);
      const own = `/v1/patients/${patientId}/received-records/${recordId}`;
      expect(await textOf(fixture.gateway, patient.token, own)).toContain(`"content":${content}}`);
    }
    // What is said to the hundredth is not what is said to the tenth.
    expect(seen.size).toBe(3);
  }, 180_000);

  test('stays denied where its author lies about what it holds: the gateway corrects it', async () => {
    const patient = await insuredPatient();
    const { patientId } = patient;
    const tag = await onlyTagOf(fixture.layers, patientId, 'aut_lab');
    const psychiatric = psychiatricBundle(patientId);
    const recordId = await new OwnAuthor(fixture.layers, 'lab').write(patientId, {
      ...{ bundle: psychiatric, tagGroups: [[tag]] },
    });
    const view = await received(patient, recordId, isConfirmedEverywhere);
    expect(view).toMatchObject({ author: 'aut_lab', tags: 'corrected' });
    const denied = await insurerReads(patient, recordId);
    expect([denied.status, denied.body['reason']]).toEqual([403, 'DENIED_BY_RULE']);
  }, 180_000);

  test('is granted by who wrote it and denied by what its codes say, of which its author’s tags tell nothing', async () => {
    const patient = await fixture.patient();
    const { patientId } = patient;
    const decide = (path: string, terms: object) =>
      fixture.own(patient, 'POST', path, { ...terms, passphrase: PASSPHRASE });
    const grant = (authorityId: string, permission: string, scope: object) =>
      decide('/grants', {
        grant: { authorityId, permissions: [permission], purposes: ['TREAT'], scope: [scope] },
      });
    await grant('aut_insurer', 'read', { author: 'aut_hospital' });
    await grant('aut_hospital', 'write', LABORATORY);
    await grant('aut_lab', 'write', LABORATORY);
    await decide('/denials', { denial: { authorityId: 'aut_insurer', scope: [{ label: 'PSY' }] } });
    expect(await fixture.own(patient, 'POST', '/flush')).toMatchObject({ isDrained: true });
    const result = labBundle(patientId, 6.5);
    // LOINC: PHQ-9 total score, filed as any other result.
    const score = JSON.parse(JSON.stringify(result).replaceAll('"4548-4"', '"44261-6"')) as object;
    expect(score).not.toEqual(result);
    const [plain, sensitive] = [await hospitalWrites(patient, result), await hospitalWrites(patient, score)];
    const tag = await onlyTagOf(fixture.layers, patientId, 'aut_lab');
    const byLab = await new OwnAuthor(fixture.layers, 'lab').write(patientId, {
      ...{ bundle: labBundle(patientId, 6.5, 'document-1', 'aut_lab'), tagGroups: [[tag]] },
    });
    for (const recordId of [plain, sensitive, byLab])
      await received(patient, recordId, isConfirmedEverywhere);
    expect(await fixture.own(patient, 'POST', '/flush')).toMatchObject({ isDrained: true });
    const answers = [];
    for (const recordId of [plain, sensitive, byLab]) {
      const { status, body } = await insurerReads(patient, recordId);
      answers.push([status, body['reason']]);
    }
    expect(answers).toEqual([
      [200, undefined],
      [403, 'DENIED_BY_RULE'],
      [403, 'SCOPE_NOT_GRANTED'],
    ]);
  }, 180_000);

  test('opens to a grant of what it is said to be only until the gateway has opened it', async () => {
    const patient = await fixture.patient();
    const { patientId } = patient;
    const grant = (authorityId: string, permissions: string[]) =>
      fixture.own(patient, 'POST', '/grants', {
        grant: { authorityId, permissions, purposes: ['TREAT'], scope: [LABORATORY] },
        passphrase: PASSPHRASE,
      });
    await grant('aut_insurer', ['read']);
    await grant('aut_lab', ['write']);
    await fixture.own(patient, 'POST', '/flush');
    const tag = await onlyTagOf(fixture.layers, patientId, 'aut_lab');
    await gatewayProcess().kill();
    const bundle = psychiatricBundle(patientId);
    const liar = new OwnAuthor(fixture.layers, 'lab');
    const recordId = await liar.write(patientId, { bundle, tagGroups: [[tag]], readers: ['aut_insurer'] });
    expect((await insurerReads(patient, recordId)).status).toBe(200);
    await gatewayProcess().start();
    await received(patient, recordId, isConfirmedEverywhere);
    expect(await fixture.own(patient, 'POST', '/flush')).toMatchObject({ isDrained: true });
    const denied = await insurerReads(patient, recordId);
    expect([denied.status, denied.body['reason']]).toEqual([403, 'SCOPE_NOT_GRANTED']);
    // Nor is it asked for with what the laboratory has measured.
    const span = await call(
      fixture.layers.authority('insurer'),
      'practitioner',
      `GET /v1/patients/${patientId}/records?category=laboratory`,
    );
    expect([span.status, span.body['records']]).toEqual([200, []]);
    const { wraps } = await clientOf(fixture.layers.provider()).call(
      'GET',
      PROVIDER_ROUTES.wraps(recordId, 1),
      { result: HeldWraps },
    );
    // The patient's and the author's.
    expect(wraps).toHaveLength(2);
  }, 180_000);

  test('of which a part names no category stays unconfirmed, and the patient is told why', async () => {
    const patient = await insuredPatient();
    const { patientId } = patient;
    const tag = await onlyTagOf(fixture.layers, patientId, 'aut_lab');
    const note = JSON.parse(JSON.stringify(noteBundle(patientId, 'x')).replaceAll('aut_hospital', 'aut_lab'));
    const recordId = await new OwnAuthor(fixture.layers, 'lab').write(patientId, {
      ...{ bundle: note as object, tagGroups: [[tag]] },
    });
    const view = await received(patient, recordId, isConfirmedEverywhere);
    expect(view).toMatchObject({ tags: 'corrected', reason: 'CATEGORY_MISSING' });
    expect((await insurerReads(patient, recordId)).body['reason']).toBe('SCOPE_UNCONFIRMED');
  }, 180_000);

  test('that cannot be read stays unconfirmed, and the patient is told why', async () => {
    const patient = await insuredPatient();
    const { patientId } = patient;
    const tag = await onlyTagOf(fixture.layers, patientId, 'aut_lab');
    const foreign = labBundle(`pat_${'b'.repeat(32)}`, 6.5, 'document-1', 'aut_lab');
    const recordId = await new OwnAuthor(fixture.layers, 'lab').write(patientId, {
      ...{ bundle: foreign, tagGroups: [[tag]] },
    });
    const view = await received(patient, recordId, ({ reason }) => reason !== undefined);
    expect(view).toMatchObject({ tags: 'unconfirmed', reason: 'SUBJECT_MISMATCH' });
    expect((await insurerReads(patient, recordId)).body['reason']).toBe('SCOPE_UNCONFIRMED');
  }, 180_000);
});
