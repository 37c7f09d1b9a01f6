import { fromUtf8 } from '@careledger/crypto';
import { ANY } from '@careledger/domain';
import { decryptFrom } from '@careledger/envelope';
import { SEALED_CONTEXT } from '@careledger/protocol';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ConsentDesk, grantBody } from '../../testing/consent-desk.js';
import { PASSPHRASE } from '../../testing/open-core.js';
import { takingLedgers, type CodeOf } from '../../testing/taking-ledgers.js';
import type { TestCore } from '../../testing/test-core.js';
import type { Patient } from '../patients/index.js';
import { readersOf } from '../records/readers.js';
import type { ConsentService, GrantStore } from './index.js';

const HOSPITAL = 'aut_hospital';

let desk: ConsentDesk;
let t: TestCore;
let grants: GrantStore;
let consent: ConsentService;
beforeEach(async () => {
  desk = await ConsentDesk.open();
  ({ t, grants, consent } = desk);
});
afterEach(() => desk[Symbol.asyncDispose]());

const said: ConsentDesk['said'] = (...of) => desk.said(...of);

describe('a denial', () => {
  const unlock = { passphrase: PASSPHRASE, caller: 'the patient' };
  const denied = {
    ...{ effect: 'deny' as const, authorityId: HOSPITAL },
    ...{ permissions: ['read' as const], purposes: ['TREAT' as const] },
  };
  const readers = ({ patientNo }: Patient) => readersOf(grants, patientNo, { tagGroups: [] }, t.nowMs);

  test('counts from when it is taken in, goes to the providers first, and outlives a revoke-all', async () => {
    const patient = await t.patient();
    await consent.takeGrant(patient, await said(patient, 'grant', grantBody()));
    desk.everythingIsActive();
    desk.sent = [];
    const grantId = await consent.grant(patient, denied, unlock);
    expect(readers(patient)).toEqual([]);
    expect(desk.sent.map(({ kind, channel }) => [kind, channel])).toEqual([['deny', 'cloud']]);
    await consent.revokeAll(patient, unlock);
    expect(grants.page(patient.patientNo, { what: 'denials' }, undefined, 10)).toEqual([
      expect.objectContaining({ grantId, status: 'pending' }),
    ]);
    expect(grants.page(patient.patientNo, { what: 'grants' }, undefined, 10)).toEqual([
      expect.objectContaining({ status: 'revoked' }),
    ]);
  });

  test('ends by its own revocation, which a revoke-all is not', async () => {
    const patient = await t.patient();
    const grantId = await consent.grant(patient, denied, unlock);
    await consent.takeGrant(patient, await said(patient, 'grant', grantBody({ policySeq: 9 })));
    desk.everythingIsActive();
    await consent.revokeAll(patient, unlock);
    desk.settle();
    const { isAlready } = await consent.revoke(patient, grantId, unlock);
    expect(isAlready).toBe(false);
    expect(grants.get(patient.patientNo, grantId)?.status).toBe('revoked');
  });

  test('tells the authority whom it means, and not what is hidden from it; to any authority it tells nothing', async () => {
    const patient = await t.patient();
    const scope = [{ category: 'laboratory', resourceType: 'Observation' }];
    const grantee = [{ unit: 'cardiology' }];
    const grantId = await consent.grant(patient, { ...denied, scope, grantee, note: 'why' }, unlock);
    const own = grants.get(patient.patientNo, grantId);
    expect(own?.meaning).toMatchObject({ scope, grantee, note: 'why' });
    const { encryption } = desk.authority(HOSPITAL);
    const told = await decryptFrom(own?.body.sealed ?? '', [encryption], {
      context: SEALED_CONTEXT.grant,
    });
    expect(JSON.parse(fromUtf8(told))).toEqual({ v: 1, scope: [], grantee: own?.meaning?.grantee });
    const anybody = await consent.grant(patient, { ...denied, authorityId: ANY }, unlock);
    expect(grants.get(patient.patientNo, anybody)?.body).not.toHaveProperty('sealed');
  });

  test('is not taken for a grant, nor a grant for a denial', async () => {
    const patient = await t.patient();
    const denial = await said(patient, 'grant', grantBody({ effect: 'deny' }));
    await expect(consent.takeGrant(patient, denial)).rejects.toMatchObject({
      code: 'CONSENT_STATEMENT_REFUSED',
    });
    const grant = await said(patient, 'grant', grantBody());
    await expect(consent.takeDenial(patient, grant)).rejects.toMatchObject({
      code: 'CONSENT_STATEMENT_REFUSED',
    });
    await consent.takeDenial(patient, denial);
    expect(desk.sent.map(({ kind }) => kind)).toEqual(['deny']);
  });

  test('that cloud refuses counts on authorities, and goes there; one that both refuse counts no more', async () => {
    const patient = await t.patient();
    const { patientNo } = patient;
    await consent.takeGrant(patient, await said(patient, 'grant', grantBody()));
    desk.everythingIsActive();
    desk.settle();
    const brought = async (codeOf: CodeOf) => {
      const { came, outbox, settled } = takingLedgers(desk, patientNo, codeOf);
      outbox.start();
      await settled();
      return came.map(([channel]) => channel);
    };
    const one = await consent.grant(patient, denied, unlock);
    expect(await brought((channel) => (channel === 'cloud' ? 'STATEMENT_KEY_UNKNOWN' : 'OK'))).toEqual([
      'cloud',
      'authorities',
    ]);
    expect(desk.steps.job(patientNo, one).map(({ status }) => status)).toEqual(['refused', 'done']);
    expect(grants.get(patientNo, one)?.status).toBe('active');
    expect(readers(patient)).toEqual([]);
    await consent.revoke(patient, one, unlock);
    desk.settle();
    const none = await consent.grant(patient, denied, unlock);
    expect(await brought(() => 'STATEMENT_KEY_UNKNOWN')).toEqual(['cloud', 'authorities']);
    expect(grants.get(patientNo, none)?.status).toBe('refused');
    expect(readers(patient)).toHaveLength(1);
  });
});
