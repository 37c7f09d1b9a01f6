import { EXAMPLE, delegationState, exampleStatement } from '@careledger/contracts/examples';
import { done } from '../decisions/examples.js';
import type { DelegateView, DelegatedDecision, ReadyStatement } from './schemas.js';

const { appointedAt: madeAt, sealed: _sealed, txId: _txId, ...terms } = delegationState;

export const delegate: DelegateView = {
  ...terms,
  ...{ name: 'Anna, my daughter', status: 'active', nextPolicySeq: 2, madeAt, channels: done.channels },
};

export const delegated: DelegatedDecision = {
  ...{ statementId: EXAMPLE.requestSid, delegationId: terms.delegationId, name: 'Anna, my daughter' },
  ...{ kind: 'grant', madeAt: EXAMPLE.at[3], channels: done.channels },
};

const { kind, key, acts, permissions, purposes, scopeTags, until, further } = terms;
export const readyAppointment: ReadyStatement = {
  statement: exampleStatement('delegate', {
    ...{ policySeq: 1, kind, key, acts, permissions, purposes, scopeTags, until, further },
    keyProof: exampleStatement('keyProof', { key }),
  }),
};

export const readyEnd: ReadyStatement = {
  statement: exampleStatement('endDelegation', {
    ...{ policySeq: 2, delegationId: terms.delegationId, endGrants: false },
  }),
};
