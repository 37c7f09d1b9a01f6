import {
  client,
  codeOf,
  newSigner,
  publicKeyOf,
  type StatementOptions,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import {
  StoredRecordState,
  TAG_CONFIRMATIONS_KEPT,
  type AccessBatchResult,
  type AnnouncedRecordState,
  type StatementBody,
} from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import {
  RecordsFixture,
  announcementOf,
  nextOf,
  onAuthorities,
  onCloud,
  recordOf,
} from '../testing/fixture.js';

const [LABORATORY, PSYCHIATRY] = [randomId128(), randomId128()];

let fixture: RecordsFixture;
let hospital: TestOrganisation;
let lab: TestOrganisation;
let patient: TestPatient;
/** The lab's, as a laboratory's: its own word. */
let record: StatementBody<'storeRecord'>;
beforeEach(async () => {
  ({ fixture, hospital, lab, patient } = await RecordsFixture.make());
  for (const channel of ['cloud', 'authorities'] as const)
    await fixture.codes('Grant', [patient.grant(lab.id, { permissions: ['write'] })], { channel });
  record = recordOf(patient.id, { tagGroups: [[LABORATORY]] }, lab.id);
  await store(record);
});

const store = (body: StatementBody<'storeRecord'>) =>
  fixture.codes(
    body.version === 1 ? 'StoreRecords' : 'ReviseRecords',
    [lab.sign('storeRecord', body, lab.signer)],
    onCloud(),
  );
const onCloudByPatients = () => onCloud({ caller: client('PatientsMSP') });
type Found = Partial<StatementBody<'confirmTags'>>;
const confirmation = (found: Found = {}, by = patient, options: StatementOptions = {}) => {
  const { recordId, version, manifestHash } = record;
  const named = { patientId: patient.id, recordId, version, manifestHash };
  return by.sign(
    'confirmTags',
    { ...named, seq: 1, tagGroups: [[LABORATORY]], ...found },
    by.gateway,
    options,
  );
};
const confirm = async (statement: string, call = onCloudByPatients()) =>
  (await fixture.codes('ConfirmRecordTags', [statement], call))[0];
const stored = (version?: number) =>
  fixture.ask<StoredRecordState>(
    'GetRecord',
    { patientId: patient.id, recordId: record.recordId, ...(version && { version }) },
    onCloud(),
  );
const request = async (statement: string) => {
  const { result } = await fixture.run('RequestAccess', { items: [statement] }, onCloud());
  const [item] = (result as AccessBatchResult).items;
  if (item === undefined) throw new Error('There is no answer');
  return item;
};
/** What the hospital's request for the record comes to. */
const asked = async (version = 1): Promise<string> => {
  const { recordId } = record;
  const iat = Math.floor(fixture.nowMs / 1000);
  const body = { patientId: patient.id, recordId, version, granteeTags: [], relay: 'prv_cloud-a' };
  const statement = hospital.sign('accessRequest', { ...body, purpose: 'TREAT' }, hospital.signer, { iat });
  return (await request(statement)).access?.reason ?? '';
};
const denying = async (denied: string) => {
  await fixture.codes('Grant', [patient.grant(hospital.id)]);
  await fixture.codes('Revoke', [patient.grant(hospital.id, { effect: 'deny', scopeTags: [denied] })]);
};

describe('under an exception, what another author wrote', () => {
  test('is read once the patient’s gateway has confirmed that it holds something else', async () => {
    await denying(PSYCHIATRY);
    expect(await asked()).toBe('SCOPE_UNCONFIRMED');
    const { event, txId } = await fixture.run(
      'ConfirmRecordTags',
      { items: [confirmation({ tagGroups: [[LABORATORY]] })] },
      onCloudByPatients(),
    );
    const { recordId } = record;
    const payload = { records: [{ patientId: patient.id, recordId, version: 1 }] };
    expect(event).toEqual({ name: 'TagsConfirmed', payload });
    expect(await asked()).toBe('GRANT');
    const row = await stored();
    const at = new Date(fixture.nowMs).toISOString();
    expect(row).toMatchObject({
      tagGroups: [[LABORATORY]],
      confirmations: [{ seq: 1, tagGroups: [[LABORATORY]], at, txId }],
    });
    expect(Value.Errors(StoredRecordState, row)).toEqual([]);
  });

  test('stays denied where the gateway found what is denied in it, whatever its author said', async () => {
    await denying(PSYCHIATRY);
    expect(await confirm(confirmation({ tagGroups: [[LABORATORY], [PSYCHIATRY]] }))).toBe('OK');
    expect(await asked()).toBe('DENIED_BY_RULE');
  });

  test('stays unconfirmed where a resource in it may be of any category', async () => {
    await denying(PSYCHIATRY);
    expect(await confirm(confirmation({ uncategorised: true }))).toBe('OK');
    expect(await asked()).toBe('SCOPE_UNCONFIRMED');
  });

  test('is unconfirmed again in its next version', async () => {
    await denying(PSYCHIATRY);
    await confirm(confirmation());
    await store(nextOf(record));
    expect([await asked(1), await asked(2)]).toEqual(['GRANT', 'SCOPE_UNCONFIRMED']);
    expect(await stored(2)).not.toHaveProperty('confirmations');
  });
});

test('what the gateway found counts for grants, too: a lie opens nothing', async () => {
  await fixture.codes('Grant', [patient.grant(hospital.id, { scopeTags: [LABORATORY] })]);
  expect(await asked()).toBe('GRANT');
  await confirm(confirmation({ tagGroups: [[PSYCHIATRY]] }));
  expect(await asked()).toBe('SCOPE_NOT_GRANTED');
});

test('who may modify what the author said it is may not where it is something else', async () => {
  await fixture.codes('Grant', [
    patient.grant(hospital.id, { permissions: ['modify'], scopeTags: [LABORATORY] }),
  ]);
  await confirm(confirmation({ tagGroups: [[PSYCHIATRY]] }));
  const next = hospital.sign('storeRecord', nextOf(record), hospital.signer);
  expect(await fixture.codes('ReviseRecords', [next], onCloud())).toEqual(['SCOPE_NOT_GRANTED']);
});

test('announced versions are confirmed by the same statement, once they are announced', async () => {
  const { recordId, seed, manifestHash, tagGroups } = record;
  const statement = confirmation({ tagGroups: [[PSYCHIATRY]] });
  expect(await confirm(statement)).toBe('OK');
  expect(await confirm(statement, onAuthorities())).toBe('RECORD_UNKNOWN');
  const body = announcementOf(patient.id, { recordId, seed, manifestHash, tagGroups }, lab.id);
  const announcement = lab.sign('announceRecord', body, lab.signer);
  await fixture.codes('AnnounceRecords', [announcement], onAuthorities());
  expect(await confirm(statement, onAuthorities())).toBe('OK');
  const named = { patientId: patient.id, recordId, version: 1 };
  const row = await fixture.ask<AnnouncedRecordState>('GetAnnouncement', named, onAuthorities());
  expect(row.confirmations?.at(-1)).toMatchObject({ tagGroups: [[PSYCHIATRY]] });
});

describe('a confirmation', () => {
  test('of another manifest than the version’s, or of a version that is not there, is refused', async () => {
    expect(await confirm(confirmation({ manifestHash: recordOf(patient.id).manifestHash }))).toBe(
      'MANIFEST_MISMATCH',
    );
    expect(await confirm(confirmation({ version: 2 }))).toBe('RECORD_UNKNOWN');
  });

  test('is the patient’s gateway’s alone: not another patient’s, the author’s, or the consent key’s', async () => {
    const other = await fixture.patient();
    expect(await confirm(confirmation({}, other))).toBe('STATEMENT_ISSUER_MISMATCH');
    const { recordId, version, manifestHash } = record;
    const body = { patientId: patient.id, recordId, version, manifestHash, seq: 1, tagGroups: [] };
    expect(await confirm(lab.sign('confirmTags', body, lab.signer))).toBe('STATEMENT_KEY_UNKNOWN');
    expect(await confirm(patient.sign('confirmTags', body, patient.consent))).toBe('STATEMENT_KEY_UNKNOWN');
  });

  test('by a gateway key that was rotated away counts no more; the new one corrects what it said', async () => {
    const held = confirmation({ seq: 2, tagGroups: [[LABORATORY]] });
    await confirm(confirmation());
    const next = newSigner();
    const rotation = {
      use: 'gateway' as const,
      newKey: publicKeyOf(next),
      newKeyProof: patient.proofOf(next),
    };
    await fixture.run(
      'RotatePatientKey',
      { statement: patient.sign('rotatePatientKey', rotation, patient.consent) },
      { channel: 'cloud', caller: client('PatientsMSP') },
    );
    expect(await confirm(held)).toBe('STATEMENT_KEY_UNKNOWN');
    const { recordId, version, manifestHash } = record;
    const body = {
      patientId: patient.id,
      recordId,
      version,
      manifestHash,
      seq: 2,
      tagGroups: [[PSYCHIATRY]],
    };
    expect(await confirm(patient.sign('confirmTags', body, next))).toBe('OK');
    expect((await stored()).confirmations?.at(-1)?.tagGroups).toEqual([[PSYCHIATRY]]);
  });

  test('follows the one on record: neither the same number again nor one that leaves none', async () => {
    expect(await confirm(confirmation({ seq: 2 }))).toBe('CONFIRMATION_CONFLICT');
    expect(await confirm(confirmation())).toBe('OK');
    expect(await confirm(confirmation({ tagGroups: [[PSYCHIATRY]] }))).toBe('CONFIRMATION_CONFLICT');
  });

  test('that was corrected takes no effect again, and the row keeps the last few', async () => {
    const first = confirmation();
    await confirm(first);
    const last = TAG_CONFIRMATIONS_KEPT + 1;
    for (let seq = 2; seq <= last; seq++)
      expect(await confirm(confirmation({ seq, tagGroups: [[PSYCHIATRY]] }))).toBe('OK');
    expect(await confirm(first)).toBe('OK');
    const kept = (await stored()).confirmations?.map(({ seq }) => seq);
    expect(kept).toEqual([2, 3, 4, last]);
  });

  test('of the patient’s own record says nothing new and is refused', async () => {
    const own = recordOf(patient.id);
    await fixture.codes('StoreRecords', [patient.sign('storeRecord', own, patient.gateway)], onCloud());
    const { recordId, manifestHash } = own;
    expect(await confirm(confirmation({ recordId, manifestHash }))).toBe('AUTHOR_MISMATCH');
  });

  test('is brought by the patients’ operator alone', async () => {
    const { recordId } = record;
    const call = fixture.run('ConfirmRecordTags', { items: [confirmation()] }, onCloud());
    expect(await codeOf(call)).toBe('CALLER_REFUSED');
    expect(await stored()).toMatchObject({ recordId });
    expect(await stored()).not.toHaveProperty('confirmations');
  });
});

test('a patient’s gateway asks for what others wrote with its own key, and is on record with it', async () => {
  const iat = Math.floor(fixture.nowMs / 1000);
  const body = { patientId: patient.id, recordId: record.recordId, version: 1, purpose: 'PATRQT' as const };
  const asking = { ...body, granteeTags: [], relay: 'prv_cloud-a' };
  const statement = patient.sign('accessRequest', asking, patient.gateway, { iat });
  const { access } = await request(statement);
  expect(access).toMatchObject({ decision: 'permit', reason: 'OWNER', requester: patient.id });
  const other = await fixture.patient();
  const foreign = other.sign('accessRequest', asking, other.gateway, { iat });
  expect(await request(foreign)).toMatchObject({ code: 'STATEMENT_ISSUER_MISMATCH' });
});
