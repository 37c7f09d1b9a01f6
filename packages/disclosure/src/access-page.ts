import { records, type AccessState, type TransactionArgs } from '@careledger/contracts';
import { CryptoError, parseJson, sha256, utf8 } from '@careledger/crypto';
import { timestampOf } from '@careledger/domain';
import {
  ProofError,
  readEndorsedAnswer,
  type EndorsedAnswer,
  type KeyVersion,
} from '@careledger/private-chain/verify';
import { Compile } from 'typebox/compile';
import { DisclosureError } from './errors.js';

/** The function that lists a patient's accesses; the same answers are asked for all of them. */
const FUNCTION = 'ListAccesses' satisfies keyof typeof records.transactions;
export const CHANNEL = 'cloud';

type Asked = TransactionArgs<typeof records, typeof FUNCTION>;

/** An attempt with the place of the transaction that wrote it down. */
export interface PlacedAccess {
  readonly access: AccessState;
  readonly place: KeyVersion;
}

/** What peers answered when they were asked who asked for a patient's records: one page, oldest first. */
export interface AccessPage {
  /** Whose, and what of it: members that are absent leave nothing out. */
  readonly about: Pick<Asked, 'patientId' | 'requester' | 'recordId' | 'decision'> & {
    readonly from: string;
    /** Exclusive. */
    readonly to: string;
  };
  /** Where the page begins, empty for the first, and where it goes on, empty on the last. */
  readonly bookmark: string;
  readonly next: string;
  readonly txId: string;
  readonly askedAtMs: number;
  readonly accesses: readonly PlacedAccess[];
}

const args = Compile(records.transactions[FUNCTION].args);
const result = Compile(records.transactions[FUNCTION].result);

/**
 * Reads a page from the endorsed answer (the bytes of a `common.Envelope`). No signature is checked here.
 * @throws DisclosureError
 */
export function readAccessPage(envelope: Uint8Array): AccessPage & { readonly answer: EndorsedAnswer } {
  const answer = endorsedAnswer(envelope);
  const { channel, chaincode, response } = answer;
  const [name, argument, ...more] = answer.args;
  if (channel !== CHANNEL || chaincode !== records.name || name !== FUNCTION || more.length > 0)
    throw new DisclosureError(`the answer is of ${String(name)} of ${chaincode} on ${channel}`);
  if (!Number.isFinite(new Date(answer.proposedAtMs).getTime()))
    throw new DisclosureError('the peers were asked at no time that there is');
  if (response.status !== 200) throw new DisclosureError(`the peers answered ${response.status}`);
  const asked = read(args, argument ?? '', 'what was asked');
  const { rows, bookmark: next } = read(result, response.payload, 'what was answered');
  const { patientId, requester, recordId, decision, from, to, bookmark = '' } = asked;
  if (asked.requestSid !== undefined || asked.txId !== undefined)
    throw new DisclosureError('single attempts were asked for, not those of a period');
  return {
    about: {
      patientId,
      ...(requester !== undefined && { requester }),
      ...(recordId !== undefined && { recordId }),
      ...(decision !== undefined && { decision }),
      ...{ from: end(from), to: end(to) },
    },
    ...{ bookmark, next, txId: answer.txId, askedAtMs: answer.proposedAtMs, answer },
    accesses: rows.map((access) => ({ access, place: placeOf(access, answer) })),
  };
}

function endorsedAnswer(envelope: Uint8Array): EndorsedAnswer {
  try {
    return readEndorsedAnswer(envelope, sha256);
  } catch (cause) {
    // An identity or a key that is no text is as little of a proof.
    if (cause instanceof ProofError || cause instanceof CryptoError)
      throw new DisclosureError(cause.message, { cause });
    throw cause;
  }
}

function read<T>(schema: { Check(value: unknown): value is T }, text: string, what: string): T {
  let value: unknown;
  try {
    value = parseJson(utf8(text));
  } catch (cause) {
    throw new DisclosureError(`${what} is not JSON`, { cause });
  }
  if (!schema.Check(value)) throw new DisclosureError(`${what} is not by the chaincode’s definition`);
  return value;
}

/** Keys sort by times with milliseconds: any other spelling would leave something out. */
function end(time: string | undefined): string {
  if (time === undefined || timestampOf(Date.parse(time)) !== time)
    throw new DisclosureError('the period has no ends with milliseconds');
  return time;
}

/** Where the ledger wrote the attempt down: nobody writes the key (family `access`) again. */
function placeOf({ patientId, requester, requestSid }: AccessState, { reads }: EndorsedAnswer): KeyVersion {
  const key = ['', 'access', patientId, requester, requestSid, ''].join('\0');
  const place = reads.get(key);
  if (place === undefined)
    throw new DisclosureError(`the peers do not say where request ${requestSid} stands`);
  return place;
}
