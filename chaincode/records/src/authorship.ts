import type { Evaluation, Verified } from '@careledger/chaincode-runtime';
import { ContractError, type Decision, type DenialCode, type StoredRecordState } from '@careledger/contracts';
import { sha256 } from '@careledger/crypto';
import { recordIdOf } from '@careledger/domain';
import { termsOnRecord } from '@careledger/policy';
import { decideAll, type DecisionRequest } from './access-control.js';

type Writing = Verified<'storeRecord' | 'announceRecord'>;
/** What of the version before matters to the next one. */
type Version = Pick<
  StoredRecordState,
  'author' | 'version' | 'kind' | 'period' | 'tagGroups' | 'confirmations' | 'manifestHash'
>;

/** What an item follows, as it lies in the state: the version before it, and who made the record. */
export interface Precedent<Row extends Version> {
  readonly row: Row;
  readonly author: string;
}

/** What there is to know of an item before it is applied. */
export interface Weighed<Row extends Version> {
  /** Undefined for a first version, and where the version before is not there. */
  readonly precedent: Precedent<Row> | undefined;
  /** Of an authority: whether it may write; null where the patient is unknown. Patients need no permission. */
  readonly decision: Decision | null | undefined;
}

/** Purpose of an authority that writes and names none. */
const DEFAULT_PURPOSE = 'TREAT';

/**
 * Looks up what each item of a batch follows, and asks for all of the authorities among them at once whether they may.
 * @returns by statement hash
 */
export async function weigh<Item extends Writing, Row extends Version>(
  tx: Evaluation,
  items: readonly Item[],
  precedentOf: (item: Item) => Promise<Precedent<Row> | undefined>,
): Promise<ReadonlyMap<string, Weighed<Row>>> {
  const weighed = new Map<string, Weighed<Row>>();
  const asking: { readonly hash: string; readonly request: DecisionRequest }[] = [];
  for (const item of items) {
    const { hash } = item.statement;
    const precedent = await precedentOf(item);
    weighed.set(hash, { precedent, decision: undefined });
    if (item.role === 'authority') asking.push({ hash, request: requestOf(item, precedent) });
  }
  const decisions = await decideAll(
    tx,
    asking.map(({ request }) => request),
  );
  for (const [index, { hash }] of asking.entries())
    weighed.set(hash, { precedent: weighed.get(hash)?.precedent, decision: decisions[index] });
  return weighed;
}

/** What was weighed of an item. */
export function weightOf<Row extends Version>(
  { statement }: Writing,
  weighed: ReadonlyMap<string, Weighed<Row>> | undefined,
): Weighed<Row> {
  const found = weighed?.get(statement.hash);
  if (found === undefined) throw new Error('An item is applied that was not weighed.');
  return found;
}

/**
 * Whether this is a version of this author's record. The id is the hash of who made the first version: nobody comes first
 * to another's. Its kind stays, and so does the class of its authors.
 * @throws ContractError `AUTHOR_MISMATCH`, `RECORD_KIND_CHANGED`, `RECORD_ID_MISMATCH`
 */
export function requireAuthorsRecord<Row extends Version>(
  { iss, role, body }: Writing,
  precedent: Precedent<Row> | undefined,
): void {
  const { patientId, recordId, seed, kind } = body;
  const byPatient = role === 'gateway';
  if (byPatient && iss !== patientId)
    throw new ContractError('AUTHOR_MISMATCH', 'A gateway writes for its own patient.');
  // Else whoever may write could raise an emergency that no device has measured.
  if (byPatient === (kind === 'clinical'))
    throw new ContractError(
      'AUTHOR_MISMATCH',
      'Clinical records are made by authorities, all others by the patient.',
    );
  const author = precedent?.author ?? iss;
  if (byPatient !== (author === patientId))
    throw new ContractError(
      'AUTHOR_MISMATCH',
      'Patients and authorities do not revise each other’s records.',
    );
  if (precedent !== undefined && precedent.row.kind !== kind) throw new ContractError('RECORD_KIND_CHANGED');
  if (recordIdOf({ author, patientId, seed }, sha256) !== recordId)
    throw new ContractError('RECORD_ID_MISMATCH');
}

/** @throws ContractError `PATIENT_UNKNOWN`, or the code with which the decision denies */
export function requirePermission<Row extends Version>({ role }: Writing, { decision }: Weighed<Row>): void {
  if (role === 'gateway') return;
  if (decision === undefined || decision === null) throw new ContractError('PATIENT_UNKNOWN');
  if (decision.decision === 'deny') throw new ContractError(decision.reason as DenialCode);
}

function requestOf<Row extends Version>(
  { iss, body }: Writing,
  precedent: Precedent<Row> | undefined,
): DecisionRequest {
  const { patientId, tagGroups, period, purpose = DEFAULT_PURPOSE, granteeTags = [] } = body;
  const asking = { patientId, requester: iss, granteeTags, purpose };
  if (precedent === undefined) return { ...asking, permission: 'write', tagGroups, period };
  // By what lies there, too: the reviser's own word alone would open any record to any scope.
  return {
    ...asking,
    permission: 'modify',
    ...termsOnRecord({ patientId, ...precedent.row }),
    revisedTagGroups: tagGroups,
    revisedPeriod: period,
    author: precedent.author,
  };
}
