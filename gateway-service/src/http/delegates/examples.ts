import { EXAMPLE, delegationState, exampleStatement } from '@careledger/contracts/examples';
import { done } from '../decisions/examples.js';
import type { DelegateTokenView, DelegateView, DelegatedDecision, ReadyStatement } from './schemas.js';

const { patientId, delegationId, policySeq, path, appointedAt: madeAt } = delegationState;
const { kind, key, acts, permissions, purposes, scopeTags, until, further } = delegationState;
const terms = { kind, key, acts, permissions, purposes, scopeTags, until, further };

export const delegate: DelegateView = {
  ...{ patientId, delegationId, policySeq, path, ...terms },
  ...{ name: 'Anna, my daughter', status: 'active', nextPolicySeq: 2, madeAt, channels: done.channels },
};

export const delegated: DelegatedDecision = {
  ...{ statementId: EXAMPLE.requestSid, delegationId, name: 'Anna, my daughter' },
  ...{ kind: 'grant', madeAt: EXAMPLE.at[3], channels: done.channels },
};

export const readyAppointment: ReadyStatement = {
  statement: exampleStatement('delegate', {
    ...{ policySeq: 1, ...terms },
    keyProof: exampleStatement('keyProof', { key }),
  }),
};

export const readyEnd: ReadyStatement = {
  statement: exampleStatement('endDelegation', {
    ...{ policySeq: 2, delegationId, endGrants: false },
  }),
};

export const delegateToken: DelegateTokenView = {
  delegationId,
  token: 'b2f1x0WqjUQmA5tq8m0mRy2QG3v5lYxkS7n9c1d4e6g',
};
