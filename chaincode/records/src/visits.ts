import {
  PRESENT,
  acceptOne,
  pagedRows,
  type Evaluation,
  type Outcome,
  type PageRequest,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import { ContractError, type ItemResult, type VisitState } from '@careledger/contracts';
import { findSigners, getPatient } from './access-control.js';
import { useCheckIn } from './check-in.js';
import { visits, visitsByAuthority, visitsByTime } from './families.js';
import { sortableTime } from './record-index.js';

type OneStatement = { readonly statement: string };

/** On `authorities`, by the authority itself. */
export const recordVisit = (tx: Submission, args: OneStatement) =>
  putVisit(tx, args, async ({ mspId }) => {
    if (mspId !== tx.caller.mspId)
      throw new ContractError('STATEMENT_ISSUER_MISMATCH', 'The visit is of another authority.');
    return {};
  });

/** On `cloud`, by whichever provider relays it. */
export const relateVisit = (tx: Submission, args: OneStatement) =>
  putVisit(tx, args, async () => {
    const { providerId } = await tx.organisation();
    return providerId === null ? {} : { relayedBy: providerId };
  });

async function putVisit(
  tx: Submission,
  { statement }: OneStatement,
  relay: (verified: Verified<'visit'>) => Promise<Pick<VisitState, 'relayedBy'>>,
): Promise<Outcome<ItemResult>> {
  let made: VisitState | undefined;
  const intake = { names: ['visit'] as const, signers: findSigners };
  const { item } = await acceptOne(tx, statement, intake, async (verified) => {
    made = await put(tx, verified, await relay(verified));
  });
  return { result: item, event: made === undefined ? undefined : { visit: made } };
}

async function put(
  tx: Submission,
  verified: Verified<'visit'>,
  relay: Pick<VisitState, 'relayedBy'>,
): Promise<VisitState> {
  const { iss: authorityId, sid: visitId, body } = verified;
  const { patientId, at } = body;
  await getPatient(tx, patientId);
  if ((await tx.state.get(visits.at(patientId, authorityId, visitId))) !== undefined)
    throw new ContractError('VISIT_EXISTS');
  const confirmed = await useCheckIn(tx, verified);
  const visit = { ...body, visitId, authorityId, confirmed, recordedAt: tx.at, txId: tx.txId, ...relay };
  tx.state.put(visits.at(patientId, authorityId, visitId), visit);
  tx.state.put(visitsByTime.at(patientId, sortableTime(at), authorityId, visitId), PRESENT);
  tx.state.put(visitsByAuthority.at(authorityId, sortableTime(at), patientId, visitId), PRESENT);
  return visit;
}

export interface VisitFilter extends PageRequest {
  readonly patientId?: string;
  readonly authorityId?: string;
}

export async function listVisits(
  { state }: Evaluation,
  { patientId, authorityId, ...page }: VisitFilter,
): Promise<{ rows: VisitState[]; bookmark: string }> {
  if (patientId !== undefined)
    return pagedRows(state, page, {
      prefix: visitsByTime.under(patientId),
      rowOf: ({ parts: [, , authority = '', visitId = ''] }) =>
        authorityId === undefined || authority === authorityId
          ? state.get(visits.at(patientId, authority, visitId))
          : undefined,
    });
  if (authorityId === undefined)
    throw new ContractError('ARGUMENT_INVALID', 'Name a patient, an authority, or both.');
  return pagedRows(state, page, {
    prefix: visitsByAuthority.under(authorityId),
    rowOf: ({ parts: [, , patient = '', visitId = ''] }) =>
      state.get(visits.at(patient, authorityId, visitId)),
  });
}
