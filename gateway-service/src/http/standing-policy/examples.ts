import { EXAMPLE, exampleStatement } from '@careledger/contracts/examples';
import type { PolicyBody, PolicyView } from './schemas.js';

const { authorityId, grantId } = EXAMPLE;

export const careTeam: PolicyBody = {
  ...{ name: 'care-team', version: 1 },
  statements: [
    exampleStatement('grant', { policySeq: 2, authorityId, permissions: ['read', 'write'] }),
    exampleStatement('revoke', { policySeq: 3, grantId }),
  ],
};

export const inForce: PolicyView = {
  ...{ name: 'care-team', version: 1, status: 'in-force', setAt: EXAMPLE.at[1] },
  rules: [{ grantId, authorityId, status: 'active' }],
};
