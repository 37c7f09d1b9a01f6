import { kidOf, type SignatureVerifier } from '@careledger/crypto';
import {
  STATEMENTS,
  accessControl,
  type BatchResult,
  type ItemResult,
  type KeyPeriod,
  type PatientState,
  type StatementBody,
  type StatementName,
} from '@careledger/contracts';
import { PATIENTS_MSP, PatientId, type ChannelName } from '@careledger/domain';
import { LedgerError, submitWithRetry } from '@careledger/ledger';
import { onLedger, problemOfLedger } from '@careledger/ledger/service';
import { currentKey, everyKey } from '@careledger/policy';
import { ProblemError, type Logger } from '@careledger/service-kit';
import { StatementError, checkStatement, readStatement, type HashedStatement } from '@careledger/statements';
import { Value } from 'typebox/value';
import type { Channels } from '../ledger-port.js';
import type { Registrations } from '../policy/registrations.js';
import { problem } from '../problems.js';
import type { RelayedRevocation } from './schemas.js';

/** By what a patient takes something back, and on which channels it counts. `cloud` first: records are released there. */
const REVOCATIONS = {
  revoke: ['cloud', 'authorities'],
  revokeAll: ['cloud', 'authorities'],
  rejectSubscription: ['authorities'],
  // Who decides for the patient no more.
  endDelegation: ['cloud', 'authorities'],
  // The key that may be in a thief's hands.
  rotatePatientKey: ['cloud', 'authorities'],
} as const satisfies Partial<Record<StatementName, readonly ChannelName[]>>;
type RevocationName = keyof typeof REVOCATIONS;

/** Which function takes one statement of a kind; the others go by `Revoke`. */
const ONE_BY_ONE = {
  rejectSubscription: 'RejectSubscription',
  endDelegation: 'EndDelegation',
  rotatePatientKey: 'RotatePatientKey',
} as const;

export interface RevocationServiceOptions {
  readonly networkId: string;
  readonly channels: Channels;
  /** Whose peers can be asked on channel `cloud`; empty where this organisation has one of its own there. */
  readonly cloudMspIds: readonly string[];
  readonly registrations: Pick<Registrations, 'patient' | 'refreshPatient'>;
  readonly verifier: SignatureVerifier;
  readonly logger: Pick<Logger, 'warn'>;
}

/** A revocation, as its statement says. */
interface Revocation {
  readonly read: HashedStatement;
  readonly name: RevocationName;
  /** On which it counts, of those that it names. */
  readonly channels: readonly ChannelName[];
}

/** A revocation on its way. */
interface Signed extends Pick<Revocation, 'name'> {
  readonly statement: string;
}

/** What carried a revocation on one channel. */
interface Carried {
  readonly txId: string;
  /** The channel had it before. */
  readonly isEarlier: boolean;
}

/**
 * Relays what patients take back, whoever brings it: the patient's signature is what counts, and nobody can hold a
 * revocation back by being the only one to pass it on.
 */
export class RevocationService {
  readonly #options: RevocationServiceOptions;

  constructor(options: RevocationServiceOptions) {
    this.#options = options;
  }

  /** The patient's id, by the statement's own word. @throws StatementError, ProblemError STATEMENT_TYPE_MISMATCH, … */
  issuerOf(statement: string): string {
    return this.#read(statement).read.payload.iss;
  }

  /**
   * Refuses what is not worth an order: junk would fill the blocks. A patient who is known here is not asked for on the
   * ledger, so that a revocation is taken while that is away; what the ledger says to it in the end counts.
   * @throws StatementError, ProblemError STATEMENT_TYPE_MISMATCH, LEDGER_UNAVAILABLE, …
   */
  async check(statement: string): Promise<void> {
    const { registrations } = this.#options;
    const revocation = this.#read(statement);
    const { iss: patientId } = revocation.read.payload;
    try {
      this.#verify(revocation, await onLedger(() => registrations.patient(patientId)));
    } catch (error) {
      if (!(error instanceof StatementError) || error.code !== 'STATEMENT_KEY_UNKNOWN') throw error;
      // The key may be newer than what is known here.
      this.#verify(revocation, await onLedger(() => registrations.refreshPatient(patientId)));
    }
  }

  /**
   * Takes a revocation that was checked to the channels that it names, each whatever becomes of the other. A channel that
   * has it is sent nothing.
   * @param report hears how many channels have it
   * @throws what the first channel that may still take it failed with, or else the first refusal, with the transactions
   *   of those that took it: ProblemError LEDGER_UNAVAILABLE, LEDGER_REFUSED
   */
  async relay(statement: string, report: (done: number, total: number) => void): Promise<RelayedRevocation> {
    const { name, channels } = this.#read(statement);
    const carried = new Map<ChannelName, Carried>();
    const failures: unknown[] = [];
    for (const channel of channels) {
      report(carried.size, channels.length);
      try {
        carried.set(channel, await this.#take({ name, statement }, channel));
      } catch (error) {
        failures.push(problemOfLedger(error));
      }
    }
    report(carried.size, channels.length);
    const done = Object.fromEntries([...carried].map(([channel, { txId }]) => [channel, txId]));
    const failure = failures.find((error) => !isRefusal(error)) ?? failures[0];
    if (failure instanceof ProblemError)
      throw new ProblemError(failure.code, failure.message, {
        cause: failure,
        members: { ...failure.members, ...done },
      });
    if (failure !== undefined) throw failure;
    const isEarlier = [...carried.values()].every((each) => each.isEarlier);
    return { ...done, ...(isEarlier && { already: true }) };
  }

  #read(statement: string): Revocation {
    const read = readStatement(statement);
    const { typ } = read.header;
    const name = (Object.keys(REVOCATIONS) as RevocationName[]).find(
      (known) => STATEMENTS[known].typ === typ,
    );
    if (name === undefined) throw problem('STATEMENT_TYPE_MISMATCH', `A ${typ} takes nothing back`);
    if (!Value.Check(PatientId, read.payload.iss))
      throw problem('STATEMENT_ISSUER_MISMATCH', 'A revocation is issued by a patient');
    const channels = REVOCATIONS[name].filter((channel) => read.payload.channels.includes(channel));
    if (channels.length === 0)
      throw problem('STATEMENT_CHANNEL_MISMATCH', `A ${typ} counts on ${REVOCATIONS[name].join(' and ')}`);
    return { read, name, channels };
  }

  /** @throws StatementError */
  #verify({ read, name }: Revocation, { consentKeys }: PatientState): void {
    const { networkId, verifier } = this.#options;
    const { typ, body } = STATEMENTS[name];
    // One channel may have taken it before the other: then the key that signed it is a former one here.
    const keys = name === 'rotatePatientKey' ? everyKey(consentKeys) : currentKeys(consentKeys);
    checkStatement(read, {
      typ,
      audience: networkId,
      now: Math.floor(Date.now() / 1_000),
      isBody: (value): value is StatementBody<RevocationName> => Value.Check(body, value),
      publicKeyOf: (kid) => keys.find((key) => kidOf('Ed25519', key) === kid),
      verifier,
    });
  }

  /** @throws LedgerError, ProblemError LEDGER_REFUSED */
  async #take(revocation: Signed, channel: ChannelName): Promise<Carried> {
    let last: unknown;
    for (const peer of this.#peersOf(channel)) {
      try {
        return await this.#submit(revocation, channel, peer);
      } catch (error) {
        const mayGoOn = error instanceof LedgerError && !FINAL.has(error.code);
        if (!mayGoOn) throw error;
        const { logger } = this.#options;
        logger.warn({ err: error, channel, ...peer }, 'a revocation goes through another peer');
        last = error;
      }
    }
    throw last;
  }

  /** Others than the Patients' peer first: it is not to be the one that may hold a revocation back. */
  #peersOf(channel: ChannelName): { readonly peerMspId?: string }[] {
    const { cloudMspIds } = this.#options;
    if (channel === 'authorities' || cloudMspIds.length === 0) return [{}];
    const last = cloudMspIds.filter((mspId) => mspId === PATIENTS_MSP);
    const others = cloudMspIds.filter((mspId) => mspId !== PATIENTS_MSP);
    return [...others, ...last].map((peerMspId) => ({ peerMspId }));
  }

  async #submit(
    { name, statement }: Signed,
    channelName: ChannelName,
    peer: { readonly peerMspId?: string },
  ): Promise<Carried> {
    const channel = this.#options.channels[channelName];
    if (name !== 'revoke' && name !== 'revokeAll') {
      const transaction = ONE_BY_ONE[name];
      const args = { statement };
      return submitOnce({
        preview: () => channel.preview(accessControl, transaction, args, peer),
        submit: () => channel.submit(accessControl, transaction, args, peer),
        txIdOf: ({ txId }) => txId,
      });
    }
    const args = { items: [statement] };
    return submitOnce({
      preview: () => channel.preview(accessControl, 'Revoke', args, peer),
      submit: () => channel.submit(accessControl, 'Revoke', args, peer),
      txIdOf: (result) => taken(result).txId,
    });
  }
}

const currentKeys = (periods: readonly KeyPeriod[]): Uint8Array[] => {
  const current = currentKey(periods);
  return current === undefined ? [] : [current];
};

/** Sends a transaction unless the peer has it: then its answer names the earlier one. */
async function submitOnce<Result>(transaction: {
  readonly preview: () => Promise<{ readonly result: Result; readonly transactionId: string }>;
  readonly submit: () => Promise<{ readonly result: Result }>;
  /** @throws ProblemError LEDGER_REFUSED */
  readonly txIdOf: (result: Result) => string;
}): Promise<Carried> {
  const { preview, submit, txIdOf } = transaction;
  const { result: would, transactionId } = await preview();
  const earlier = txIdOf(would);
  if (earlier !== transactionId) return { txId: earlier, isEarlier: true };
  const { result } = await submitWithRetry(submit);
  return { txId: txIdOf(result), isEarlier: false };
}

/** The one item of a batch. @throws ProblemError LEDGER_REFUSED */
function taken({ items: [item] }: BatchResult): ItemResult {
  if (item?.code === 'OK') return item;
  throw problem('LEDGER_REFUSED', `The ledger does not take the revocation: ${item?.code}`, {
    members: { reason: item?.code ?? null },
  });
}

/** The ledger has decided; anything else may end. */
const isRefusal = (error: unknown): boolean =>
  error instanceof ProblemError && error.code !== 'LEDGER_UNAVAILABLE';

/** Another peer is not asked: the chaincode has decided, or the transaction is on its way. */
const FINAL: ReadonlySet<LedgerError['code']> = new Set(['CHAINCODE_REFUSED', 'COMMIT_UNKNOWN', 'CLOSED']);
