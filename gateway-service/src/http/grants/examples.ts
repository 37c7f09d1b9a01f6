import { EXAMPLE, exampleStatement } from '@careledger/contracts/examples';
import { grantMeaning } from '@careledger/protocol/examples';
import { done as decided } from '../decisions/examples.js';
import type {
  AuthorityView,
  DenialBody,
  GrantBody,
  GrantView,
  ReadyOrPassphrase,
  SignRevocationBody,
} from './schemas.js';

const { authorityId, grantId, passphrase } = EXAMPLE;

export const terms: GrantBody = {
  grant: {
    authorityId,
    permissions: ['read', 'write'],
    purposes: ['TREAT', 'ETREAT'],
    scope: [{ category: 'laboratory', resourceType: 'Observation' }],
    until: EXAMPLE.until,
    note: 'For my diabetes, until autumn',
  },
  passphrase,
};
export const readyGrant: GrantBody = {
  statement: exampleStatement('grant', { policySeq: 1, authorityId, permissions: ['read'] }),
};
export const denialTerms: DenialBody = {
  denial: {
    authorityId,
    permissions: ['read'],
    scope: [{ category: 'laboratory', resourceType: 'Observation' }],
    grantee: [{ unit: 'billing' }],
    note: 'What my laboratory finds is not for accounts',
  },
  passphrase,
};
export const denialToAll: DenialBody = { denial: { authorityId: '*', purposes: ['HRESCH'] }, passphrase };
export const readyDenial: DenialBody = {
  statement: exampleStatement('grant', { policySeq: 3, effect: 'deny', authorityId, permissions: ['read'] }),
};
export const byPassphrase: ReadyOrPassphrase = { passphrase };
export const readyRevocation = {
  statement: exampleStatement('revoke', { policySeq: 2, grantId }),
};
export const readyRejection: ReadyOrPassphrase = {
  statement: exampleStatement('rejectSubscription', { subscriptionId: EXAMPLE.subscriptionId }),
};
export const revocationOfOne: SignRevocationBody = { grantId, passphrase };
export const revocationOfAll: SignRevocationBody = { passphrase };

export const denial: GrantView = {
  grantId,
  patientId: EXAMPLE.patientId,
  authorityId: '*',
  policySeq: 3,
  epoch: 0,
  status: 'active',
  permissions: ['read', 'write', 'modify'],
  purposes: ['HRESCH'],
  from: EXAMPLE.at[1],
  meaning: { v: 1, scope: [], grantee: [] },
  madeAt: EXAMPLE.at[1],
  channels: decided.channels,
};

export const grant: GrantView = {
  grantId,
  patientId: EXAMPLE.patientId,
  authorityId,
  policySeq: 1,
  epoch: 0,
  status: 'active',
  permissions: ['read', 'write'],
  purposes: ['TREAT', 'ETREAT'],
  from: EXAMPLE.at[1],
  until: EXAMPLE.until,
  subscriptionId: EXAMPLE.subscriptionId,
  meaning: grantMeaning,
  madeAt: EXAMPLE.at[1],
  channels: decided.channels,
};

export const authority: AuthorityView = {
  authorityId,
  mspId: 'HospitalMSP',
  kind: 'hospital',
  encryptionKey: EXAMPLE.publicKey,
};
