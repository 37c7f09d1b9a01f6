import type { Evaluation, FindSigners, Organisation } from '@careledger/chaincode-runtime';
import {
  accessControl,
  type Decision,
  type SignerQuery,
  type TransactionArgs,
  type TransactionName,
  type TransactionResult,
} from '@careledger/contracts';

type AccessControl = typeof accessControl;
type Calling = Pick<Evaluation, 'call'>;

/** `records` may ask `access-control`, never the reverse: Fabric fails a cycle. */
async function ask<N extends TransactionName<AccessControl>>(
  { call }: Calling,
  name: N,
  args: TransactionArgs<AccessControl, N>,
): Promise<TransactionResult<AccessControl, N>> {
  return (await call(accessControl.name, name, args as object)) as TransactionResult<AccessControl, N>;
}

/** All signers of a transaction in one call, each once. */
export const findSigners: FindSigners = async (tx, queries) => {
  const asked = new Map(queries.map((query) => [placeOf(query), query]));
  const { signers } = await ask(tx, 'FindSigners', { signers: [...asked.values()] });
  const answers = new Map([...asked.keys()].map((place, index) => [place, signers[index]]));
  return queries.map((query) => {
    const answer = answers.get(placeOf(query));
    if (answer === undefined) throw new Error('A question about a signer was left unanswered.');
    return answer;
  });
};

const placeOf = ({ iss, kid }: SignerQuery): string => JSON.stringify([iss, kid]);

export const organisationOf = (tx: Calling): Promise<Organisation> => ask(tx, 'OwnOrganisation', {});

export type DecisionRequest = TransactionArgs<AccessControl, 'Decide'>;

/** Null where the patient is not registered. */
export async function decideAll(
  tx: Calling,
  requests: readonly DecisionRequest[],
): Promise<readonly (Decision | null)[]> {
  if (requests.length === 0) return [];
  const { decisions } = await ask(tx, 'DecideAll', { requests: [...requests] });
  return decisions;
}

export const getPolicyVersion = (tx: Calling, patientId: string) =>
  ask(tx, 'GetPolicyVersion', { patientId });

export const getPatient = (tx: Calling, patientId: string) => ask(tx, 'GetPatient', { patientId });
