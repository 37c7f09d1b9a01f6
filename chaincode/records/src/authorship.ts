import type { Evaluation, Verified } from '@careledger/chaincode-runtime';
import { ContractError, type Decision, type DenialCode } from '@careledger/contracts';
import { decideAll, type DecisionRequest } from './access-control.js';

type Writing = Verified<'storeRecord' | 'announceRecord'>;

/** Purpose of an authority that writes and names none. */
const DEFAULT_PURPOSE = 'TREAT';

/** What was decided about the authorities' items, by statement hash. Patients need no permission. */
export type Permissions = ReadonlyMap<string, Decision | null>;

/**
 * Asks for all of a batch's authorities at once whether they may write.
 * @param authorOf author of the record that an item revises; undefined for one that is yet to be made
 */
export async function permissionsOf(
  tx: Evaluation,
  items: readonly Writing[],
  authorOf: (item: Writing) => Promise<string | undefined>,
): Promise<Permissions> {
  const asking = items.filter(({ role }) => role === 'authority');
  const requests: DecisionRequest[] = [];
  for (const item of asking) requests.push(requestOf(item, await authorOf(item)));
  const decisions = await decideAll(tx, requests);
  return new Map(asking.map(({ statement }, index) => [statement.hash, decisions[index] ?? null]));
}

/** @throws ContractError `AUTHOR_MISMATCH`, `PATIENT_UNKNOWN`, or the code with which the decision denies */
export function requireAuthor(item: Writing, permissions: Permissions | undefined): void {
  const { iss, body, role, statement } = item;
  if (role === 'gateway') {
    if (iss !== body.patientId)
      throw new ContractError('AUTHOR_MISMATCH', 'A gateway writes for its own patient.');
    return;
  }
  const decision = permissions?.get(statement.hash);
  if (decision === undefined || decision === null) throw new ContractError('PATIENT_UNKNOWN');
  if (decision.decision === 'deny') throw new ContractError(decision.reason as DenialCode);
}

function requestOf({ iss, body }: Writing, author: string | undefined): DecisionRequest {
  const { patientId, scopeTags, version, purpose = DEFAULT_PURPOSE, granteeTags = [] } = body;
  return {
    patientId,
    requester: iss,
    granteeTags,
    permission: version === 1 ? 'write' : 'modify',
    purpose,
    scopeTags,
    ...(author === undefined ? {} : { author }),
  };
}
