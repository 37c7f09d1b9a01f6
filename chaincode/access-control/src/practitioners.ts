import {
  acceptOne,
  checkKeyProof,
  type Evaluation,
  type Outcome,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import {
  ContractError,
  type ItemResult,
  type KeyPeriod,
  type PractitionerState,
} from '@careledger/contracts';
import { isCurrentKey } from '@careledger/policy';
import { practitioners } from './families.js';
import { withdrawn } from './key-periods.js';
import { findSigners } from './signers.js';
import { requireOwn } from './subscriptions.js';

export async function registerPractitioner(
  tx: Submission,
  { statement }: { readonly statement: string },
): Promise<Outcome<ItemResult>> {
  let ids: string[] | undefined;
  const intake = { names: ['registerPractitioner'] as const, signers: findSigners };
  const { item } = await acceptOne(tx, statement, intake, async (verified) => {
    requireOwn(tx, verified);
    await put(tx, verified);
    ids = [verified.body.practitionerId];
  });
  return { result: item, event: ids === undefined ? undefined : { ids } };
}

/** @throws ContractError `PRACTITIONER_UNKNOWN` */
export async function getPractitioner(
  { state }: Evaluation,
  { authorityId, practitionerId }: { authorityId: string; practitionerId: string },
): Promise<PractitionerState> {
  const found = await state.get(practitioners.at(authorityId, practitionerId));
  if (found === undefined) throw new ContractError('PRACTITIONER_UNKNOWN');
  return found;
}

async function put(
  tx: Submission,
  { iss: authorityId, body }: Verified<'registerPractitioner'>,
): Promise<void> {
  const { practitionerId, signingKey, signingKeyProof, role, active } = body;
  checkKeyProof(signingKeyProof, practitionerId, signingKey, tx);
  const key = practitioners.at(authorityId, practitionerId);
  const known = await tx.state.get(key);
  const signingKeys = keysOf(known?.signingKeys ?? [], signingKey, active, tx.at);
  tx.state.put(key, { authorityId, practitionerId, signingKeys, role, active });
}

/** The authority vouches for its practitioners, so it may also bring one back under the key of before. */
function keysOf(periods: readonly KeyPeriod[], key: string, active: boolean, at: string): KeyPeriod[] {
  if (!active) return withdrawn(periods, at);
  return isCurrentKey(periods, key) ? [...periods] : [...withdrawn(periods, at), { key, from: at }];
}
