import {
  STATEMENTS,
  type DelegationState,
  type StatementBody,
  type StatementName,
} from '@careledger/contracts';
import { generateEd25519, randomId128, toBase64url, type Signer } from '@careledger/crypto';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { makeStatement } from '@careledger/statements';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ConsentDesk, grantBody } from '../../testing/consent-desk.js';
import { PASSPHRASE } from '../../testing/open-core.js';
import type { TestCore } from '../../testing/test-core.js';
import type { Patient } from '../patients/index.js';
import { readersOf } from '../records/readers.js';
import { AdoptedDelegations, type ConsentError } from './index.js';

const DAY_MS = 86_400_000;
const HOSPITAL = 'aut_hospital';

let desk: ConsentDesk;
let t: TestCore;
let patient: Patient;
let carer: Signer;
let delegationId: string;
beforeEach(async () => {
  desk = await ConsentDesk.open();
  ({ t } = desk);
  patient = await t.patient();
  carer = generateEd25519().signer;
  delegationId = randomId128();
});
afterEach(() => desk[Symbol.asyncDispose]());

const inDays = (days: number) => new Date(t.nowMs + days * DAY_MS).toISOString();

/** A statement in the patient's name by any key. */
function by<N extends StatementName>(signer: Signer, name: N, body: StatementBody<N>, sid = randomId128()) {
  const { patientId } = patient;
  const { typ } = STATEMENTS[name];
  return makeStatement(
    {
      ...{ typ, iss: patientId, aud: 'devnet', channels: CHANNELS, sid, body: body as object },
      iat: Math.floor(t.nowMs / 1_000),
    },
    signer,
  );
}

const appointment = (more: Partial<StatementBody<'delegate'>> = {}): StatementBody<'delegate'> => ({
  ...{ policySeq: 1, kind: 'carer', key: toBase64url(carer.publicKey) },
  keyProof: by(carer, 'keyProof', { subject: patient.patientId, key: toBase64url(carer.publicKey) }),
  ...{ acts: ['grant', 'deny', 'revoke'], permissions: ['read'], purposes: ['TREAT'], scopeTags: [] },
  ...{ until: inDays(30), further: 0 },
  ...more,
});
const delegatedGrant = (more: Partial<StatementBody<'grant'>> = {}) =>
  grantBody({ until: inDays(7), path: [delegationId], ...more });

/** The carer is appointed, and both ledgers have it. */
async function appointed(more: Partial<StatementBody<'delegate'>> = {}): Promise<void> {
  const statement = await desk.said(patient, 'delegate', appointment(more), delegationId);
  await desk.appointing.appoint(patient, statement);
  desk.settle();
  desk.delegations.setStatus(patient.patientNo, delegationId, 'pending', 'active');
  desk.sent = [];
}

const refusalOf = (taking: Promise<unknown>): Promise<string> =>
  taking.then(
    () => 'taken',
    (error: unknown) => (error as ConsentError).message,
  );
const take = (body: StatementBody<'grant'>, sid?: string, signer = carer) =>
  desk.consent.takeGrant(patient, by(signer, 'grant', body, sid));
const readers = () => readersOf(desk.grants, patient.patientNo, { tagGroups: [] }, t.nowMs);

describe('a delegate at the gateway', () => {
  test('signs what it may, once the ledgers know it, and counts for itself', async () => {
    const statement = await desk.said(patient, 'delegate', appointment(), delegationId);
    await desk.appointing.appoint(patient, statement);
    expect(desk.sent.map(({ kind, channel }) => [kind, channel])).toEqual([['delegate', 'authorities']]);
    expect(await refusalOf(take(delegatedGrant()))).toContain('on its way');
    desk.settle();
    desk.delegations.setStatus(patient.patientNo, delegationId, 'pending', 'active');
    const grantId = await take(delegatedGrant({ policySeq: 7 }));
    desk.everythingIsActive();
    expect(readers()).toEqual([HOSPITAL]);
    expect(desk.grants.get(patient.patientNo, grantId)?.policySeq).toBe(1);
    expect(desk.grants.nextSeq(patient.patientNo)).toBe(2);
    expect(desk.delegations.get(patient.patientNo, delegationId)?.nextSeq).toBe(8);
    const [told] = desk.steps.delegated(patient.patientNo, undefined, 10);
    expect(told).toMatchObject({ job: grantId, kind: 'grant' });
  });

  test('takes nothing away that it may not: no ledger’s refusal would bring it back', async () => {
    await appointed();
    const own = await desk.consent.takeGrant(
      patient,
      await desk.said(patient, 'grant', grantBody({ policySeq: 2 })),
    );
    desk.everythingIsActive();
    const revoke = by(carer, 'revoke', { policySeq: 1, grantId: own, path: [delegationId] });
    expect(await refusalOf(desk.consent.takeRevocation(patient, revoke, own))).toContain(
      'DELEGATION_EXCEEDED',
    );
    const deny = by(carer, 'grant', delegatedGrant({ effect: 'deny', policySeq: 2 }));
    await desk.consent.takeDenial(patient, deny);
    expect(readers()).toEqual([HOSPITAL]);
  });

  test('goes beyond nothing that it was given, and names how it came to sign', async () => {
    await appointed({ acts: ['grant'], scopeTags: [`${'t'.repeat(21)}A`] });
    expect(await refusalOf(take(delegatedGrant()))).toContain('DELEGATION_EXCEEDED: scopeTags');
    const unnamed = grantBody({ until: inDays(7) });
    expect(await refusalOf(take(unnamed))).toContain('DELEGATION_PATH_INVALID');
    expect(await refusalOf(take(delegatedGrant({ path: [randomId128()] })))).toContain('DELEGATION_UNKNOWN');
    const consent = await t.core.patients.unlockConsent(patient.patientId, PASSPHRASE);
    expect(await refusalOf(take(delegatedGrant(), undefined, consent))).toContain('DELEGATION_PATH_INVALID');
    const stranger = generateEd25519().signer;
    expect(await refusalOf(take(delegatedGrant(), undefined, stranger))).toContain('STATEMENT_KEY_UNKNOWN');
    const settings = by(carer, 'revokeAll', { policySeq: 5 });
    expect(await refusalOf(desk.consent.takeRevocation(patient, settings))).toContain(
      'STATEMENT_KEY_UNKNOWN',
    );
  });

  test('that the patient ends signs nothing more; what it granted stays, unless the patient says', async () => {
    await appointed();
    await take(delegatedGrant());
    desk.everythingIsActive();
    const end = async (policySeq: number, endGrants: boolean) => {
      const statement = await desk.said(patient, 'endDelegation', { policySeq, delegationId, endGrants });
      await desk.appointing.end(patient, delegationId, statement);
    };
    desk.sent = [];
    await end(2, false);
    expect(desk.sent.map(({ kind, channel }) => [kind, channel])).toEqual([['end-delegation', 'cloud']]);
    expect(await refusalOf(take(delegatedGrant({ policySeq: 2 })))).toContain('DELEGATION_ENDED');
    expect(readers()).toHaveLength(1);
    await end(3, true);
    expect(readers()).toEqual([]);
  });

  test('is over with a revocation of everything, and what it granted as well', async () => {
    await appointed();
    await take(delegatedGrant({ policySeq: 40 }));
    desk.everythingIsActive();
    await desk.consent.takeRevocation(patient, await desk.said(patient, 'revokeAll', { policySeq: 2 }));
    expect(readers()).toEqual([]);
    expect(desk.delegations.get(patient.patientNo, delegationId)?.status).toBe('ended');
    expect(await refusalOf(take(delegatedGrant({ policySeq: 41 })))).toContain('DELEGATION_ENDED');
  });

  test('that another brought to the ledgers is known here, and that another ended too', async () => {
    const state: DelegationState = {
      ...{ patientId: patient.patientId, delegationId, path: [delegationId], appointedAt: inDays(-1) },
      ...{ kind: 'carer', key: toBase64url(carer.publicKey), acts: ['grant'], permissions: ['read'] },
      ...{ purposes: ['TREAT'], scopeTags: [], until: inDays(30), further: 0, policySeq: 1 },
      txId: '0'.repeat(64),
    };
    const on: Record<ChannelName, DelegationState[]> = { authorities: [state], cloud: [] };
    const { delegations } = desk;
    const adopted = new AdoptedDelegations({
      ...{ store: t.core.store, delegations, clock: () => t.nowMs },
      ledger: {
        channel: (name) => ({ evaluate: (async () => ({ rows: on[name], bookmark: '' })) as never }),
      },
    });
    await adopted.compare(patient);
    expect(await refusalOf(take(delegatedGrant()))).toContain('STATEMENT_KEY_UNKNOWN');
    on.cloud = [state];
    await adopted.compare(patient);
    expect(await refusalOf(take(delegatedGrant()))).toBe('taken');
    on.cloud = [{ ...state, endedAt: inDays(0) }];
    await adopted.compare(patient);
    expect(await refusalOf(take(delegatedGrant({ policySeq: 2 })))).toContain('DELEGATION_ENDED');
  });
});
