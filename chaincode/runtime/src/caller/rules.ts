import type { CallerRule } from '@careledger/contracts';
import { PATIENTS_MSP } from '@careledger/domain';
import { isAdmin, isClient, type Caller } from './caller.js';

/** What an organisation has registered on this channel. */
export interface Organisation {
  readonly authorityId: string | null;
  readonly providerId: string | null;
}

export interface RuleFacts {
  readonly caller: Caller;
  /** What the caller's organisation has registered; asked for only by the rules that need it. */
  readonly organisation: () => Promise<Organisation>;
}

/**
 * Says who is who, and nothing else does: a rule of the definitions → whether this caller satisfies it. `own-admin` is
 * only half decided here: that the arguments name the caller's own MSP is seen once they are read.
 */
export const CALLER_RULES: Readonly<Record<CallerRule, (facts: RuleFacts) => Promise<boolean> | boolean>> = {
  member: ({ caller }) => isClient(caller) || isAdmin(caller),
  'patients-operator': ({ caller }) => isPatientsClient(caller),
  enroller: ({ caller }) => isPatientsClient(caller) && caller.mayEnrol,
  'own-admin': ({ caller }) => isAdmin(caller),
  authority: async ({ caller, organisation }) =>
    isClient(caller) && (await organisation()).authorityId !== null,
  provider: async ({ caller, organisation }) =>
    isClient(caller) && (await organisation()).providerId !== null,
};

const isPatientsClient = (caller: Caller): boolean => isClient(caller) && caller.mspId === PATIENTS_MSP;
