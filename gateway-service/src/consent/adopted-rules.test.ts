import type { GrantState } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { expect, test } from '@jest/globals';
import { ConsentDesk } from '../../testing/consent-desk.js';
import { AdoptedRules } from './adopted-rules.js';
import { EarlierDecisions } from './earlier.js';

test('a grant that is heard of after the patient has revoked it gives nothing, though no ledger has the revocation yet', async () => {
  await using desk = await ConsentDesk.open();
  const { t, grants, steps } = desk;
  const patient = await t.patient();
  const state = (terms: Partial<GrantState>): GrantState => ({
    ...{ patientId: patient.patientId, grantId: randomId128(), authorityId: 'aut_hospital', policySeq: 5 },
    ...{ granteeTags: [], scopeTags: [], permissions: ['read'], purposes: ['TREAT'], delegable: false },
    ...{ from: '2026-01-01T00:00:00.000Z', recordedAt: '2026-01-01T00:00:00.000Z', txId: '0'.repeat(64) },
    ...terms,
  });
  const below = state({});
  const above = state({ policySeq: 11 });
  const denial = state({ effect: 'deny' });
  const single = state({ policySeq: 12 });
  await desk.consent.takeRevocation(patient, await desk.said(patient, 'revokeAll', { policySeq: 10 }));
  const { grantId } = single;
  const statement = await desk.said(patient, 'revoke', { policySeq: 13, grantId });
  await desk.consent.takeRevocation(patient, statement, grantId);
  const rows = [below, above, denial, single];
  const ledger = {
    channel: () => ({ evaluate: (async () => ({ rows, bookmark: '' })) as never }),
  };
  const adopted: number[] = [];
  const rules = new AdoptedRules({
    ...{ store: t.core.store, grants, ledger, progress: desk.progress, clock: () => t.nowMs },
    earlier: new EarlierDecisions({ steps, grants, ledger }),
    settler: { adopting: () => undefined, adopted: (patientNo) => adopted.push(patientNo) },
    logger: { info: () => undefined },
  });
  await rules.compare(patient);
  const statusOf = (rule: GrantState) => grants.get(patient.patientNo, rule.grantId)?.status;
  expect(rows.map(statusOf)).toEqual(['revoked', 'active', 'active', 'revoked']);
  expect(adopted).toEqual([patient.patientNo]);
  // What is known by now is not taken over again.
  await rules.compare(patient);
  expect(adopted).toHaveLength(1);
});
