import { accessControl, type BatchResult, type ItemResult, type StatementName } from '@careledger/contracts';
import { PATIENTS_MSP, type ChannelName } from '@careledger/domain';
import { LedgerError, submitWithRetry } from '@careledger/ledger';
import { problemOfLedger } from '@careledger/ledger/service';
import { ProblemError, type Logger } from '@careledger/service-kit';
import type { Channels } from '../ledger-port.js';
import { problem } from '../problems.js';
import type { RelayedRevocation } from './schemas.js';

/** Which function takes one statement of a kind; the others go by `Revoke`. */
const ONE_BY_ONE = {
  rejectSubscription: 'RejectSubscription',
  endDelegation: 'EndDelegation',
  rotatePatientKey: 'RotatePatientKey',
  vouchForKey: 'VouchForKey',
  objectToRecovery: 'ObjectToRecovery',
  takeOver: 'TakeOver',
} as const satisfies Partial<Record<StatementName, string>>;

export interface StatementRelayOptions {
  readonly channels: Channels;
  /** Whose peers can be asked on channel `cloud`; empty where this organisation has one of its own there. */
  readonly cloudMspIds: readonly string[];
  readonly logger: Pick<Logger, 'warn'>;
}

/** A statement on its way. */
interface Signed {
  readonly name: 'revoke' | 'revokeAll' | keyof typeof ONE_BY_ONE;
  readonly statement: string;
}

/** What carried a statement on one channel. */
interface Carried {
  readonly txId: string;
  /** The channel had it before. */
  readonly isEarlier: boolean;
}

/** Takes signed statements to several channels, each once. */
export class StatementRelay {
  readonly #options: StatementRelayOptions;

  constructor(options: StatementRelayOptions) {
    this.#options = options;
  }

  /**
   * Takes a statement to each of the channels, whatever becomes of it at the others. A channel that has it is sent nothing.
   * @param report hears how many channels have it
   * @throws what the first channel that may still take it failed with, or else the first refusal, with the transactions
   *   of those that took it: ProblemError LEDGER_UNAVAILABLE, LEDGER_REFUSED
   */
  async take(
    signed: Signed,
    channels: readonly ChannelName[],
    report: (done: number, total: number) => void,
  ): Promise<RelayedRevocation> {
    const carried = new Map<ChannelName, Carried>();
    const failures: unknown[] = [];
    for (const channel of channels) {
      report(carried.size, channels.length);
      try {
        carried.set(channel, await this.#carry(signed, channel));
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

  /** @throws LedgerError, ProblemError LEDGER_REFUSED */
  async #carry(signed: Signed, channel: ChannelName): Promise<Carried> {
    let last: unknown;
    for (const peer of this.#peersOf(channel)) {
      try {
        return await this.#submit(signed, channel, peer);
      } catch (error) {
        const mayGoOn = error instanceof LedgerError && !FINAL.has(error.code);
        if (!mayGoOn) throw error;
        const { logger } = this.#options;
        logger.warn({ err: error, channel, ...peer }, 'a statement goes through another peer');
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
  throw problem('LEDGER_REFUSED', `The ledger does not take the statement: ${item?.code}`, {
    members: { reason: item?.code ?? null },
  });
}

/** The ledger has decided; anything else may end. */
const isRefusal = (error: unknown): boolean =>
  error instanceof ProblemError && error.code !== 'LEDGER_UNAVAILABLE';

/** Another peer is not asked: the chaincode has decided, or the transaction is on its way. */
const FINAL: ReadonlySet<LedgerError['code']> = new Set(['CHAINCODE_REFUSED', 'COMMIT_UNKNOWN', 'CLOSED']);
