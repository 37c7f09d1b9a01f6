import { forkState, grantState, headState } from '@careledger/contracts/examples';
import { grantMeaning } from '@careledger/protocol/examples';
import type { Static } from 'typebox';
import type { Anchors, ShownGrant } from './schemas.js';

export const grant: Static<typeof ShownGrant> = { ...grantState, inForce: true, meaning: grantMeaning };
export const anchors: Static<typeof Anchors> = { head: headState, anchors: [headState], next: null };
export const forks = { forks: [forkState], next: null };
