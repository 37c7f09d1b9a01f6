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
import {
  ContractError,
  PERMIT_RELEASE_WINDOW_S,
  type AccessState,
  type Decision,
  type StoredRecordState,
} from '@careledger/contracts';
import { timestampOf } from '@careledger/domain';
import { decide, findSigners, getPractitioner } from './access-control.js';
import { accesses, accessesByRequester, accessesByTime } from './families.js';
import { findStored } from './stored.js';

const MS_PER_S = 1000;

/**
 * Decides and writes the answer down, permit or denial. One request is decided once: the same statement again, through
 * whichever provider and however late, returns what was written first.
 */
export async function requestAccess(
  tx: Submission,
  { statement }: { readonly statement: string },
): Promise<Outcome<AccessState>> {
  let written: AccessState | undefined;
  const intake = { names: ['accessRequest'] as const, signers: findSigners };
  const accepted = await acceptOne(tx, statement, intake, async (verified) => {
    written = await decideAndWrite(tx, verified);
  });
  if (written !== undefined) return { result: written, event: { access: written } };
  if (!('repeated' in accepted)) throw new Error('The request was accepted, but nothing was written.');
  const { sid, body } = accepted.read.statement.payload;
  return { result: await getAccess(tx, { patientId: String(body.patientId), requestSid: sid }) };
}

/** @throws ContractError `PERMIT_UNKNOWN` */
export async function getAccess(
  { state }: Evaluation,
  { patientId, requestSid }: { patientId: string; requestSid: string },
): Promise<AccessState> {
  const found = await state.get(accesses.at(patientId, requestSid));
  if (found === undefined) throw new ContractError('PERMIT_UNKNOWN');
  return found;
}

export function listAccesses(
  tx: Evaluation,
  { patientId, requester, ...page }: { patientId: string; requester?: string } & PageRequest,
): Promise<{ rows: AccessState[]; bookmark: string }> {
  const prefix =
    requester === undefined
      ? accessesByTime.under(patientId)
      : accessesByRequester.under(patientId, requester);
  return pagedRows(tx.state, page, {
    prefix,
    rowOf: ({ parts }) => tx.state.get(accesses.at(patientId, parts.at(-1) ?? '')),
  });
}

async function decideAndWrite(tx: Submission, verified: Verified<'accessRequest'>): Promise<AccessState> {
  const { iss, role, sid, body } = verified;
  const { patientId } = body;
  if (role === 'consent' && iss !== patientId) throw new ContractError('STATEMENT_ISSUER_MISMATCH');
  // Statement ids are visible: another issuer's request must not overwrite this one's answer.
  if ((await tx.state.get(accesses.at(patientId, sid))) !== undefined)
    throw new ContractError('STATEMENT_ID_REUSED');
  const { stored, author } = await findStored(tx, body);
  await requirePractitioner(tx, verified);
  const decision = await decide(tx, {
    patientId,
    requester: iss,
    granteeTags: body.granteeTags,
    permission: 'read',
    purpose: body.purpose,
    scopeTags: stored.scopeTags,
    // Whoever made the record, or this version of it, knows what it says.
    author: iss === author ? author : stored.author,
  });
  const access = await accessOf(tx, verified, stored, decision);
  tx.state.put(accesses.at(patientId, sid), access);
  tx.state.put(accessesByTime.at(patientId, tx.at, sid), PRESENT);
  tx.state.put(accessesByRequester.at(patientId, iss, tx.at, sid), PRESENT);
  return access;
}

/** A practitioner who is named has to be one of the requester's, and active. @throws ContractError `PRACTITIONER_UNKNOWN` */
async function requirePractitioner(
  tx: Submission,
  { iss, role, body: { practitionerId } }: Verified<'accessRequest'>,
): Promise<void> {
  if (practitionerId === undefined) return;
  if (role !== 'authority') throw new ContractError('PRACTITIONER_UNKNOWN');
  const { active } = await getPractitioner(tx, iss, practitionerId);
  if (!active) throw new ContractError('PRACTITIONER_UNKNOWN', 'The practitioner was withdrawn.');
}

async function accessOf(
  tx: Submission,
  { iss, sid, body }: Verified<'accessRequest'>,
  stored: StoredRecordState,
  decision: Decision,
): Promise<AccessState> {
  const { providerId } = await tx.organisation();
  if (providerId === null) throw new ContractError('CALLER_REFUSED');
  const releaseBefore = timestampOf(tx.atMs + PERMIT_RELEASE_WINDOW_S * MS_PER_S);
  return {
    patientId: body.patientId,
    requestSid: sid,
    requester: iss,
    ...(body.practitionerId === undefined ? {} : { practitionerId: body.practitionerId }),
    recordId: body.recordId,
    version: stored.version,
    purpose: body.purpose,
    throughProviderId: providerId,
    releasingProviderId: stored.providerId,
    ...decision,
    at: tx.at,
    ...(decision.decision === 'permit' ? { releaseBefore } : {}),
    txId: tx.txId,
  };
}
