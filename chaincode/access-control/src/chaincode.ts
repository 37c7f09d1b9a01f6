import {
  pagedRows,
  type Chaincode,
  type Evaluation,
  type Organisation,
  type PageRequest,
  type StateKey,
} from '@careledger/chaincode-runtime';
import { ContractError, accessControl, type ContractCode } from '@careledger/contracts';
import { recoverersOf, type Recoverers } from '@careledger/domain';
import { listAttestors, registerAttestor, withdrawAttestor } from './attestors.js';
import { attestCopyEnd } from './copy-ends.js';
import { decideAll, decideNow } from './decisions.js';
import { delegate, endDelegation, listDelegations } from './delegations.js';
import { effectivePolicy } from './effective-policy.js';
import { authorities, organisations, providers } from './families.js';
import { grant, listGrants } from './grants.js';
import {
  mspOfBody,
  mspOfIssuer,
  registerAuthority,
  registerProvider,
  rotateOrganisationKey,
} from './organisations.js';
import { getPatient, getPatients, registerPatient, registerPatients, rotatePatientKey } from './patients.js';
import { getPolicyVersion, listPolicyChanges } from './policy.js';
import { getPractitioner, registerPractitioner } from './practitioners.js';
import { listRecoveries, objectToRecovery, takeOver, vouchForKey } from './recoveries.js';
import { revoke } from './revoke.js';
import { findSigners } from './signers.js';
import {
  cancelSubscription,
  listSubscriptions,
  rejectSubscription,
  requestSubscription,
} from './subscriptions.js';

async function organisationOf({
  state,
  caller,
}: Pick<Evaluation, 'state' | 'caller'>): Promise<Organisation> {
  const { authorityId, providerId } = (await state.get(organisations.at(caller.mspId))) ?? {};
  return { authorityId: authorityId ?? null, providerId: providerId ?? null };
}

async function found<Value>({ state }: Evaluation, key: StateKey<Value>, code: ContractCode): Promise<Value> {
  const value = await state.get(key);
  if (value === undefined) throw new ContractError(code);
  return value;
}

/**
 * Who may do what. `namedMsp` says for the functions of admins which organisation the argument is about.
 * @param recoverers who vouches for keys that take the place of those that are lost or untrusted
 */
export const accessControlWith = (recoverers: Recoverers): Chaincode<typeof accessControl> => ({
  definition: accessControl,
  handlers: {
    RegisterPatient: registerPatient,
    RegisterPatients: registerPatients,
    RotatePatientKey: rotatePatientKey,
    VouchForKey: vouchForKey(recoverers),
    ObjectToRecovery: objectToRecovery,
    TakeOver: takeOver(recoverers),
    RegisterAuthority: registerAuthority,
    RegisterProvider: registerProvider,
    RotateOrganisationKey: rotateOrganisationKey,
    RegisterPractitioner: registerPractitioner,
    RegisterAttestor: registerAttestor,
    WithdrawAttestor: withdrawAttestor,
    Grant: grant,
    Revoke: revoke,
    Delegate: delegate,
    EndDelegation: endDelegation,
    RequestSubscription: requestSubscription,
    RejectSubscription: rejectSubscription,
    CancelSubscription: cancelSubscription,
    AttestCopyEnd: attestCopyEnd,
    Decide: decideNow,
    DecideAll: decideAll,
    FindSigners: async (tx, { signers }) => ({ signers: await findSigners(tx, signers) }),
    OwnOrganisation: async (tx) => ({ mspId: tx.caller.mspId, ...(await tx.organisation()) }),
    ListGrants: listGrants,
    ListDelegations: listDelegations,
    ListRecoveries: listRecoveries,
    EffectivePolicy: effectivePolicy,
    ListSubscriptions: listSubscriptions,
    GetPolicyVersion: getPolicyVersion,
    ListPolicyChanges: listPolicyChanges,
    GetPatient: (tx, { patientId }) => getPatient(tx, patientId),
    GetPatients: getPatients,
    GetAuthority: (tx, { authorityId }) => found(tx, authorities.at(authorityId), 'AUTHORITY_UNKNOWN'),
    ListAuthorities: ({ state }, page: PageRequest) =>
      pagedRows(state, page, { prefix: authorities.under(), rowOf: ({ value }) => value }),
    GetProvider: (tx, { providerId }) => found(tx, providers.at(providerId), 'PROVIDER_UNKNOWN'),
    ListProviders: ({ state }, page: PageRequest) =>
      pagedRows(state, page, { prefix: providers.under(), rowOf: ({ value }) => value }),
    GetPractitioner: getPractitioner,
    ListAttestors: listAttestors,
  },
  callers: {
    organisationOf,
    namedMsp: {
      RegisterAuthority: mspOfBody('registerAuthority'),
      RegisterProvider: mspOfBody('registerProvider'),
      RegisterAttestor: mspOfBody('registerAttestor'),
      WithdrawAttestor: async (_tx, { mspId }) => mspId,
      RotateOrganisationKey: mspOfIssuer,
    },
  },
});

/** By what the environment says of recoveries, which is the same on every peer. */
export const accessControlChaincode = accessControlWith(recoverersOf(process.env));
