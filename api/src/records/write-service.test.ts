import { sha256, toBase64url } from '@careledger/crypto';
import type { GrantState, StoredRecordState } from '@careledger/contracts';
import { recordIdOf, type TagGroups } from '@careledger/domain';
import { matchWraps, readManifest, readWrapSet } from '@careledger/envelope';
import { clinicalBundle } from '@careledger/fhir';
import { LAB as LAB_ID, PATIENT, type WrittenVector } from '@careledger/fhir/testing';
import type { IdempotentRequest } from '@careledger/service-kit';
import { loadVectors } from '@careledger/spec';
import { readStatement } from '@careledger/statements';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TestHospital } from '../../testing/test-hospital.js';
import { testPatient } from '../../testing/test-patient.js';
import { Sharing } from './sharing.js';
import type { WriteWanted } from './write-service.js';

const sid = (letter: string): string => `${letter.repeat(21)}A`;
const [LAB, NOTES, VITAL, ANY_LAB] = ['l', 'n', 'v', 'a'].map(sid) as [string, string, string, string];
const AT_MS = Date.parse('2026-05-05T08:00:00Z');
const SCOPES = [
  { category: 'laboratory', resourceType: 'Observation', tag: LAB },
  { category: 'laboratory', resourceType: '*', tag: ANY_LAB },
  { category: '*', resourceType: 'DocumentReference', tag: NOTES },
  { category: 'vital-signs', resourceType: 'Observation', tag: VITAL },
];
const LAB_SCOPE = { category: 'laboratory', resourceType: 'Observation' };

let hospital: TestHospital;
let patient: ReturnType<typeof testPatient>;
let requests: number;
beforeEach(() => {
  hospital = new TestHospital();
  patient = testPatient();
  requests = 0;
});
afterEach(() => hospital[Symbol.asyncDispose]());

const granted = async (...grants: Partial<GrantState>[]) => {
  const sealed = await patient.meaning(hospital.ownKey.publicKey, { scope: SCOPES });
  await hospital.granted(
    patient.state,
    ...grants.map((grant, n) =>
      patient.grant({ grantId: sid('ghi'[n] ?? 'g'), permissions: ['write'], sealed, ...grant }),
    ),
  );
};
const labResult = {
  kind: 'lab-result' as const,
  code: '4548-4',
  display: 'HbA1c',
  value: 7,
  unit: '%',
  effectiveMs: AT_MS,
};
const note = { kind: 'note' as const, title: 'Round', text: 'well', writtenMs: AT_MS };
const bundleOf = (items: Parameters<typeof clinicalBundle>[0]['items'], more: object = {}) =>
  clinicalBundle({
    patientId: patient.patientId,
    author: { authorityId: 'aut_hospital' },
    documentId: 'document-1',
    recordedAtMs: AT_MS,
    items,
    ...more,
  });
const requestWith = (more: Partial<IdempotentRequest> = {}): IdempotentRequest => {
  requests += 1;
  return {
    tokenSha256: 'a'.repeat(64),
    route: 'POST /v1/records',
    key: `k${requests}`,
    requestSha256: 'f',
    ...more,
  };
};
const wanted = (bundle: unknown, more: Partial<WriteWanted> = {}): WriteWanted => ({
  ...{ patientId: patient.patientId, bundle, purpose: 'TREAT', person: {}, request: requestWith() },
  ...more,
});
const create = (bundle: unknown, more: Partial<WriteWanted> = {}) =>
  hospital.writer.create(wanted(bundle, more));
const refusedAs = (code: string, reason?: string) =>
  expect.objectContaining({ code, ...(reason && { members: expect.objectContaining({ reason }) }) });

describe('a record’s id', () => {
  test('is the hash of this authority, the patient and the seed that its statements carry', async () => {
    await granted({});
    const write = await create(bundleOf([note]));
    const { seed } = write.description;
    expect(recordIdOf({ author: 'aut_hospital', patientId: patient.patientId, seed }, sha256)).toBe(
      write.recordId,
    );
    expect(readStatement(write.storeStatement).payload.body).toMatchObject({ seed, version: 1 });
  });

  test('is the same for the same request, also in a store that has forgotten it', async () => {
    await granted({});
    const request = requestWith();
    const { recordId } = await create(bundleOf([note]), { request });
    expect((await create(bundleOf([note]), { request })).recordId).toBe(recordId);
    await hospital.store.commit(() => {
      hospital.store.requests.forget(request);
      hospital.store.run('DELETE FROM writes');
    });
    expect((await create(bundleOf([note]), { request })).recordId).toBe(recordId);
  });

  test('of one caller’s request is no other caller’s, whatever key that one names', async () => {
    await granted({});
    const request = requestWith({ key: 'shared' });
    const mine = await create(bundleOf([note]), { request });
    const theirs = await create(bundleOf([labResult]), {
      request: { ...request, tokenSha256: 'b'.repeat(64), requestSha256: 'e' },
    });
    expect(theirs.recordId).not.toBe(mine.recordId);
    await expect(
      create(bundleOf([labResult]), { request: { ...request, requestSha256: 'e' } }),
    ).rejects.toEqual(refusedAs('IDEMPOTENCY_KEY_REUSED'));
  });
});

describe('what a record holds', () => {
  const groupsOf = async (...args: Parameters<typeof create>): Promise<TagGroups> => {
    const { manifest, description, storeStatement } = await create(...args);
    const { tagGroups } = description;
    expect(readManifest(manifest).aad.tagGroups).toEqual(tagGroups);
    expect(readStatement(storeStatement).payload.body).toMatchObject({ tagGroups });
    return tagGroups;
  };

  test('is said in full: a group for each kind of resource, also by a grant without a scope', async () => {
    await granted({});
    expect(await groupsOf(bundleOf([labResult, note]))).toEqual([[ANY_LAB, LAB].sort(), [NOTES]]);
  });

  test('is not said at all where it cannot be said in full', async () => {
    const sealed = await patient.meaning(hospital.ownKey.publicKey, { scope: SCOPES.slice(0, 2) });
    await granted({ sealed });
    expect(await groupsOf(bundleOf([labResult, note]))).toEqual([]);
  });

  test('has to be covered by one grant: a resource beyond its scope refuses the whole', async () => {
    await granted({ scopeTags: [LAB] }, { scopeTags: [NOTES] });
    expect(await groupsOf(bundleOf([labResult]))).toEqual([[ANY_LAB, LAB].sort()]);
    await expect(create(bundleOf([labResult, note]))).rejects.toEqual(
      refusedAs('WRITE_NOT_GRANTED', 'SCOPE_NOT_GRANTED'),
    );
  });

  test('cannot be named otherwise by the caller: every resource has to be of a named scope', async () => {
    await granted({});
    const vital = [{ category: 'vital-signs', resourceType: 'Observation' }];
    await expect(create(bundleOf([labResult]), { scope: vital })).rejects.toEqual(
      refusedAs('WRITE_NOT_GRANTED', 'SCOPE_NOT_GRANTED'),
    );
    await expect(create(bundleOf([labResult, note]), { scope: [LAB_SCOPE] })).rejects.toEqual(
      refusedAs('WRITE_NOT_GRANTED', 'SCOPE_NOT_GRANTED'),
    );
    const unknown = [LAB_SCOPE, { category: 'survey', resourceType: 'Observation' }];
    await expect(create(bundleOf([labResult]), { scope: unknown })).rejects.toEqual(
      refusedAs('WRITE_NOT_GRANTED', 'SCOPE_NOT_GRANTED'),
    );
  });

  test('may be narrowed by the caller to fewer scopes that cover all of it', async () => {
    await granted({});
    expect(await groupsOf(bundleOf([labResult]), { scope: [LAB_SCOPE] })).toEqual([[LAB]]);
  });

  test('in more tags than a group takes is refused, and none is left out', async () => {
    const scope = Array.from({ length: 17 }, (_, n) => ({
      ...LAB_SCOPE,
      tag: `${String.fromCharCode(97 + n).repeat(21)}A`,
    }));
    await granted({ sealed: await patient.meaning(hospital.ownKey.publicKey, { scope }) });
    await expect(create(bundleOf([labResult]))).rejects.toEqual(refusedAs('TOO_MANY_TAGS'));
  });

  test('for somebody under more tags than a request takes is refused, and none is left out', async () => {
    const grantee = Array.from({ length: 17 }, (_, n) => ({
      unit: 'ward',
      tag: `${String.fromCharCode(97 + n).repeat(21)}A`,
    }));
    await granted({ sealed: await patient.meaning(hospital.ownKey.publicKey, { scope: SCOPES, grantee }) });
    await expect(create(bundleOf([note]), { person: { unit: 'ward' } })).rejects.toEqual(
      refusedAs('TOO_MANY_TAGS'),
    );
  });
});

describe('what a record says', () => {
  test.each([
    [
      'about another patient',
      'SUBJECT_MISMATCH',
      () => bundleOf([note], { patientId: testPatient().patientId }),
    ],
    [
      'in another authority’s name',
      'AUTHOR_MISMATCH',
      () => bundleOf([note], { author: { authorityId: 'aut_lab' } }),
    ],
    ['as an instruction', 'BUNDLE_TYPE_REFUSED', () => ({ ...bundleOf([note]), type: 'transaction' })],
    [
      'with the patient’s name',
      'PATIENT_IDENTIFIED',
      () => ({
        ...bundleOf([note]),
        entry: [
          ...(bundleOf([note]).entry ?? []),
          { resource: { resourceType: 'Patient', name: [{ family: 'Example' }] } },
        ],
      }),
    ],
  ])('%s is refused, and nothing is kept', async (_name, reason, bundle) => {
    await granted({});
    await expect(create(bundle())).rejects.toEqual(refusedAs('FHIR_INVALID', reason));
    expect(hospital.store.all('SELECT 1 FROM writes')).toEqual([]);
  });
});

describe('what is not FHIR R4', () => {
  const ours = ({ content = '' }: WrittenVector): unknown =>
    JSON.parse(content.replaceAll(PATIENT, patient.patientId).replaceAll(LAB_ID, 'aut_hospital'));
  const parsed = (vector: WrittenVector) => vector.code !== 'JSON_DUPLICATE_KEY';

  test.each(loadVectors<WrittenVector>('invalid', 'fhir-written').filter(parsed))(
    'is refused with where and why, and nothing is kept: $name',
    async (vector) => {
      await granted({});
      await expect(create(ours(vector))).rejects.toMatchObject({
        code: 'FHIR_INVALID',
        members: {
          reason: vector.code,
          issues: expect.arrayContaining([
            expect.objectContaining({ expression: `Bundle.${vector.at}`, diagnostics: expect.any(String) }),
          ]),
        },
      });
      expect(hospital.store.all('SELECT 1 FROM writes')).toEqual([]);
    },
  );

  test.each(loadVectors<WrittenVector>('valid', 'fhir-written'))(
    'is not taken for what looks like it: $name',
    async (vector) => {
      await granted({});
      expect((await create(ours(vector))).stage).toBe('sealed');
    },
  );
});

describe('a revision', () => {
  const stored = (more: Partial<StoredRecordState> = {}): StoredRecordState => {
    const seed = toBase64url(new Uint8Array(32).fill(3));
    const author = more.author ?? 'aut_lab';
    return {
      ...{ patientId: patient.patientId, seed, version: 1, prevVersionHash: null, author, kind: 'clinical' },
      recordId: recordIdOf({ author, patientId: patient.patientId, seed }, sha256),
      period: { start: '2026-05-05T08:00:00Z', end: '2026-05-05T09:00:00Z' },
      ...{
        providerId: 'prv_cloud-a',
        manifestHash: 'M'.repeat(42) + 'A',
        ciphertextSha256: 'C'.repeat(42) + 'A',
      },
      ...{ sizeBytes: 1, tagGroups: [[LAB]], storedAt: '2026-05-05T09:00:00Z', txId: 'a'.repeat(64) },
      ...more,
    };
  };
  const revise = (newest: StoredRecordState, bundle: object, ifMatch?: string) => {
    hospital.ledgers.cloud.records = [newest];
    return hospital.writer.revise(newest.recordId, {
      ...wanted(bundle),
      ...(ifMatch !== undefined && { ifMatch }),
    });
  };

  test('names the version before, keeps id, seed and kind, and says what it holds now', async () => {
    await granted({ permissions: ['modify'] });
    const newest = stored();
    const write = await revise(newest, bundleOf([labResult, note]));
    expect(write).toMatchObject({ recordId: newest.recordId, version: 2 });
    expect(write.description).toMatchObject({
      ...{ seed: newest.seed, kind: 'clinical', prevVersionHash: newest.manifestHash },
      tagGroups: [[ANY_LAB, LAB].sort(), [NOTES]],
    });
  });

  test('of another version than the caller has seen is refused, and says which is the newest', async () => {
    await granted({ permissions: ['modify'] });
    const newest = stored({ version: 3 });
    await expect(revise(newest, bundleOf([labResult]), '"2"')).rejects.toEqual(
      expect.objectContaining({ code: 'VERSION_CHANGED', members: { version: 3 } }),
    );
    await expect(revise(newest, bundleOf([labResult]), '"3"')).resolves.toMatchObject({ version: 4 });
  });

  test('of a laboratory’s record with a grant on vital signs is refused, whatever the new version declares', async () => {
    await granted({ permissions: ['modify'], scopeTags: [VITAL] });
    const vital = {
      ...bundleOf([labResult]),
      entry: (bundleOf([labResult]).entry ?? []).map((entry) => ({
        ...entry,
        resource: {
          ...entry.resource,
          ...(entry.resource.resourceType === 'Observation' && {
            category: [{ coding: [{ code: 'vital-signs' }] }],
          }),
        },
      })),
    };
    await expect(revise(stored(), vital)).rejects.toEqual(
      refusedAs('WRITE_NOT_GRANTED', 'SCOPE_NOT_GRANTED'),
    );
    await expect(revise(stored({ tagGroups: [[VITAL]] }), vital)).resolves.toMatchObject({ version: 2 });
  });

  test('that turns a granted record into something else is refused', async () => {
    await granted({ permissions: ['modify'], scopeTags: [LAB] });
    await expect(revise(stored(), bundleOf([note]))).rejects.toEqual(
      refusedAs('WRITE_NOT_GRANTED', 'SCOPE_NOT_GRANTED'),
    );
  });

  test.each(['periodic', 'emergency'] as const)('of the patient’s own %s record is refused', async (kind) => {
    await granted({ permissions: ['modify'] });
    await expect(revise(stored({ author: patient.patientId, kind }), bundleOf([labResult]))).rejects.toEqual(
      refusedAs('AUTHOR_MISMATCH'),
    );
  });

  test('of an own record needs no grant any more; of somebody else’s it does', async () => {
    await granted({ until: '2026-05-01T00:00:00Z' });
    const own = stored({ author: 'aut_hospital' });
    await expect(revise(own, bundleOf([note]))).resolves.toMatchObject({ version: 2 });
    await expect(revise(stored(), bundleOf([note]))).rejects.toEqual(refusedAs('WRITE_NOT_GRANTED'));
  });
});

describe('the first wraps of a version', () => {
  const sharing = () =>
    new Sharing({
      ...{
        authorityId: hospital.authorityId,
        signer: hospital.issuer.signer,
        ownKey: hospital.ownKey,
        keys: [hospital.ownKey],
      },
      ...{ registrations: hospital.registrations, policy: hospital.policy, clock: hospital.clock },
    });

  test('are for the patient, this authority, and whoever’s grant covers it, now or later', async () => {
    await granted({});
    const keys = Object.fromEntries(
      ['aut_lab', 'aut_ward', 'aut_narrow', 'aut_later', 'aut_over', 'aut_revoked', 'aut_writer'].map(
        (id) => [id, hospital.authority(id)],
      ),
    );
    const to = (authorityId: string, more: Partial<GrantState> = {}) =>
      patient.grant({ authorityId, grantId: sid(authorityId[5] ?? 'x'), ...more });
    hospital.ledgers.authorities.grant(
      to('aut_lab'),
      to('aut_ward', { scopeTags: [LAB, NOTES] }),
      to('aut_narrow', { scopeTags: [LAB] }),
      to('aut_later', { from: '2027-01-01T00:00:00Z' }),
      to('aut_over', { until: '2026-05-01T00:00:00Z' }),
      to('aut_revoked', { revokedAt: '2026-05-01T00:00:00Z' }),
      to('aut_writer', { permissions: ['write'] }),
    );
    const write = await create(bundleOf([labResult, note]));
    const { wrapSet, wraps } = await sharing().share(write);
    const set = readWrapSet(wrapSet);
    const kids = matchWraps(set, wraps).map(({ kid }) => kid);
    expect(new Set(kids)).toEqual(
      new Set([
        ...[patient.encryption.kid, hospital.ownKey.kid],
        ...['aut_lab', 'aut_ward', 'aut_later'].map((id) => keys[id]?.kid),
      ]),
    );
    expect(set).toMatchObject({ seq: 1, recordId: write.recordId, manifestHash: write.manifestHash });
  });

  test('are not for those to whom something is denied: what the record holds is this authority’s word', async () => {
    await granted({});
    const [lab, ward] = [hospital.authority('aut_lab'), hospital.authority('aut_ward')];
    hospital.ledgers.authorities.grant(
      patient.grant({ authorityId: 'aut_lab', grantId: sid('l') }),
      patient.grant({ authorityId: 'aut_ward', grantId: sid('w') }),
      patient.grant({ authorityId: 'aut_ward', grantId: sid('d'), effect: 'deny', scopeTags: [NOTES] }),
    );
    const { wrapSet, wraps } = await sharing().share(await create(bundleOf([labResult])));
    const kids = matchWraps(readWrapSet(wrapSet), wraps).map(({ kid }) => kid);
    expect(kids).toContain(lab.kid);
    expect(kids).not.toContain(ward.kid);
  });

  test('wait for the own peer: by a mirror somebody who may read it would be left out', async () => {
    await granted({});
    const write = await create(bundleOf([note]));
    hospital.ledgers.authorities.state = 'away';
    await expect(sharing().share(write)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
