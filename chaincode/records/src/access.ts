import {
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
  type TransactionArgs,
  type records,
} from '@careledger/contracts';
import { timestampOf } from '@careledger/domain';
import { decide, findSigners } from './access-control.js';
import { accesses, accessesByRequester, accessesByTime } from './families.js';
import { putAccess } from './access-log.js';
import { outlineOf, questionOf, recordUnknown } from './reading.js';
import { lookUpStored, lookUpVersion, type FoundVersion } from './stored.js';

const MS_PER_S = 1000;

/**
 * Decides and writes the answer down, permit or denial. One request is decided once: the same statement again, however
 * late, returns what was written first.
 */
export async function requestAccess(
  tx: Submission,
  { statement }: { readonly statement: string },
): Promise<Outcome<AccessState>> {
  let written: AccessState | undefined;
  const intake = { names: ['accessRequest'] as const, signers: findSigners };
  const accepted = await acceptOne(tx, statement, intake, async (verified) => {
    await requireRelay(tx, verified.body.relay);
    written = await decideAndWrite(tx, verified);
  });
  if (written !== undefined) return { result: written, event: { access: written } };
  if (!('repeated' in accepted)) throw new Error('The request was accepted, but nothing was written.');
  const { iss, sid, body } = accepted.read.statement.payload;
  await requireRelay(tx, body.relay);
  return {
    result: await getAccess(tx, { patientId: String(body.patientId), requester: iss, requestSid: sid }),
  };
}

/** @throws ContractError `PERMIT_UNKNOWN` */
export async function getAccess(
  { state }: Evaluation,
  { patientId, requester, requestSid }: { patientId: string; requester: string; requestSid: string },
): Promise<AccessState> {
  const found = await state.get(accesses.at(patientId, requester, requestSid));
  if (found === undefined) throw new ContractError('PERMIT_UNKNOWN');
  return found;
}

export function listAccesses(
  { state }: Evaluation,
  args: AccessFilter & PageRequest,
): Promise<{ rows: AccessState[]; bookmark: string }> {
  const { patientId, requester, from, to } = args;
  const found = async (by: string, sid: string): Promise<AccessState | undefined> => {
    const access = await state.get(accesses.at(patientId, by, sid));
    return access !== undefined && isWanted(access, args) ? access : undefined;
  };
  if (requester !== undefined)
    return pagedRows(state, args, {
      ...{ prefix: accessesByRequester.under(patientId, requester), from, to },
      rowOf: ({ parts: [, , , sid = ''] }) => found(requester, sid),
    });
  return pagedRows(state, args, {
    ...{ prefix: accessesByTime.under(patientId), from, to },
    rowOf: ({ parts: [, , by = '', sid = ''] }) => found(by, sid),
  });
}

type AccessFilter = Omit<TransactionArgs<typeof records, 'ListAccesses'>, keyof PageRequest>;

const isWanted = (access: AccessState, { recordId, decision, requestSid, txId }: AccessFilter): boolean =>
  (recordId ?? access.recordId) === access.recordId &&
  (decision ?? access.decision) === access.decision &&
  (requestSid ?? access.requestSid) === access.requestSid &&
  (txId ?? access.txId) === access.txId;

/**
 * A permit is spent through the provider for which it was asked: another one neither gets it nor uses the request up.
 * @throws ContractError `RELAY_MISMATCH`
 */
async function requireRelay(tx: Submission, relay: unknown): Promise<void> {
  const { providerId } = await tx.organisation();
  if (providerId !== relay)
    throw new ContractError('RELAY_MISMATCH', undefined, { relay, submittedBy: providerId });
}

async function decideAndWrite(tx: Submission, verified: Verified<'accessRequest'>): Promise<AccessState> {
  const { iss, role, body } = verified;
  if (role !== 'authority' && iss !== body.patientId) throw new ContractError('STATEMENT_ISSUER_MISMATCH');
  const { version, ...newest } = body;
  const found = await (version === undefined
    ? lookUpStored(tx, newest)
    : lookUpVersion(tx, { ...newest, version }));
  const decided = await decide(tx, questionOf(verified, found));
  // A denial like any other, on record: who asks for what is not there is seen as well.
  const decision = found === undefined ? recordUnknown(decided) : decided;
  const access = accessOf(tx, verified, found, decision);
  putAccess(tx.state, access);
  return access;
}

function accessOf(
  tx: Submission,
  verified: Verified<'accessRequest'>,
  found: FoundVersion | undefined,
  decision: Decision,
): AccessState {
  return {
    ...outlineOf(verified, decision),
    basis: 'request',
    ...(found === undefined
      ? {}
      : { version: found.stored.version, releasingProviderId: found.stored.providerId }),
    throughProviderId: verified.body.relay,
    at: tx.at,
    ...(decision.decision === 'permit' ? { releaseBefore: releaseBeforeOf(tx, decision) } : {}),
    txId: tx.txId,
  };
}

/** The end of the window, or of the grant if that comes first. */
function releaseBeforeOf({ atMs }: Submission, { until }: Decision): string {
  const windowMs = atMs + PERMIT_RELEASE_WINDOW_S * MS_PER_S;
  return timestampOf(until === undefined ? windowMs : Math.min(windowMs, Date.parse(until)));
}
