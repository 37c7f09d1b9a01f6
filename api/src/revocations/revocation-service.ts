import type { SignatureVerifier } from '@careledger/crypto';
import { STATEMENTS, accessControl, type StatementBody, type StatementName } from '@careledger/contracts';
import { PATIENTS_MSP, PatientId, type ChannelName } from '@careledger/domain';
import { LedgerError, submitWithRetry } from '@careledger/ledger';
import { onLedger, problemOfLedger } from '@careledger/ledger/service';
import { currentKey, isCurrentKid } from '@careledger/policy';
import { ProblemError, type Logger } from '@careledger/service-kit';
import { checkStatement, readStatement, type HashedStatement } from '@careledger/statements';
import { Value } from 'typebox/value';
import type { Channels } from '../ledger-port.js';
import type { Registrations } from '../policy/registrations.js';
import { problem } from '../problems.js';

/** By what a patient takes something back, and on which channels it counts. `cloud` first: records are released there. */
const REVOCATIONS = {
  revoke: ['cloud', 'authorities'],
  revokeAll: ['cloud', 'authorities'],
  rejectSubscription: ['authorities'],
} as const satisfies Partial<Record<StatementName, readonly ChannelName[]>>;
type RevocationName = keyof typeof REVOCATIONS;

export interface RevocationServiceOptions {
  readonly networkId: string;
  readonly channels: Channels;
  /** Whose peers can be asked on channel `cloud`; empty where this organisation has one of its own there. */
  readonly cloudMspIds: readonly string[];
  readonly registrations: Pick<Registrations, 'refreshPatient'>;
  readonly verifier: SignatureVerifier;
  readonly logger: Pick<Logger, 'warn'>;
}

/** A revocation whose signature counts. */
export interface CheckedRevocation {
  readonly patientId: string;
  readonly name: RevocationName;
  readonly statement: string;
  readonly channels: readonly ChannelName[];
}

/** By channel, the transaction that first carried the statement. */
export type RelayedRevocation = Partial<Record<ChannelName, string>>;

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
   * Takes a revocation to the channels that it names. The same one again changes nothing.
   * @throws StatementError, ProblemError LEDGER_REFUSED, LEDGER_UNAVAILABLE (with the transactions of those that took it)
   */
  async relay(statement: string): Promise<RelayedRevocation> {
    const revocation = await this.#check(statement);
    const done: RelayedRevocation = {};
    let failure: unknown;
    for (const channel of revocation.channels) {
      try {
        done[channel] = await this.#take(revocation, channel);
      } catch (error) {
        failure ??= problemOfLedger(error);
      }
    }
    if (failure === undefined) return done;
    if (failure instanceof ProblemError)
      throw new ProblemError(failure.code, failure.message, {
        cause: failure,
        members: { ...failure.members, ...done },
      });
    throw failure;
  }

  #read(statement: string): { read: HashedStatement; name: RevocationName } {
    const read = readStatement(statement);
    const { typ } = read.header;
    const name = (Object.keys(REVOCATIONS) as RevocationName[]).find(
      (known) => STATEMENTS[known].typ === typ,
    );
    if (name === undefined) throw problem('STATEMENT_TYPE_MISMATCH', `A ${typ} takes nothing back`);
    if (!Value.Check(PatientId, read.payload.iss))
      throw problem('STATEMENT_ISSUER_MISMATCH', 'A revocation is issued by a patient');
    return { read, name };
  }

  /** By the consent key that the own peer has: what does not count is not ordered, else it would fill the blocks. */
  async #check(statement: string): Promise<CheckedRevocation> {
    const { registrations, networkId, verifier } = this.#options;
    const { read, name } = this.#read(statement);
    const { iss: patientId, channels: named } = read.payload;
    const { typ, body } = STATEMENTS[name];
    const { consentKeys } = await onLedger(() => registrations.refreshPatient(patientId));
    checkStatement(read, {
      typ,
      audience: networkId,
      now: Math.floor(Date.now() / 1_000),
      isBody: (value): value is StatementBody<RevocationName> => Value.Check(body, value),
      publicKeyOf: (kid) => (isCurrentKid(consentKeys, kid) ? currentKey(consentKeys) : undefined),
      verifier,
    });
    const channels = REVOCATIONS[name].filter((channel) => named.includes(channel));
    if (channels.length === 0)
      throw problem('STATEMENT_CHANNEL_MISMATCH', `A ${typ} counts on ${REVOCATIONS[name].join(' and ')}`);
    return { patientId, name, statement, channels };
  }

  /** @throws LedgerError, ProblemError LEDGER_REFUSED */
  async #take(revocation: CheckedRevocation, channel: ChannelName): Promise<string> {
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
    { name, statement }: CheckedRevocation,
    channelName: ChannelName,
    peer: { readonly peerMspId?: string },
  ): Promise<string> {
    const channel = this.#options.channels[channelName];
    if (name === 'rejectSubscription') {
      const { result } = await submitWithRetry(() =>
        channel.submit(accessControl, 'RejectSubscription', { statement }, peer),
      );
      return result.txId;
    }
    const items = [statement];
    const refused = (code: string | undefined) =>
      problem('LEDGER_REFUSED', `The ledger does not take the revocation: ${code}`, {
        members: { reason: code ?? null },
      });
    const [would] = (await channel.evaluate(accessControl, 'Revoke', { items }, peer)).items;
    if (would?.code !== 'OK') throw refused(would?.code);
    const { result } = await submitWithRetry(() => channel.submit(accessControl, 'Revoke', { items }, peer));
    const [item] = result.items;
    if (item?.code !== 'OK') throw refused(item?.code);
    return item.txId;
  }
}

/** Another peer is not asked: the chaincode has decided, or the transaction is on its way. */
const FINAL: ReadonlySet<LedgerError['code']> = new Set(['CHAINCODE_REFUSED', 'COMMIT_UNKNOWN', 'CLOSED']);
