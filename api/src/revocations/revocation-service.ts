import { fromBase64url, kidOf, type SignatureVerifier } from '@careledger/crypto';
import {
  STATEMENTS,
  type KeyPeriod,
  type PatientState,
  type StatementBody,
  type StatementName,
} from '@careledger/contracts';
import { PatientId, type ChannelName } from '@careledger/domain';
import { onLedger } from '@careledger/ledger/service';
import { currentKey, everyKey } from '@careledger/policy';
import { StatementError, checkStatement, readStatement, type HashedStatement } from '@careledger/statements';
import { Value } from 'typebox/value';
import type { Registrations } from '../policy/registrations.js';
import { problem } from '../problems.js';
import type { RelayedRevocation } from './schemas.js';
import { StatementRelay, type StatementRelayOptions } from './statement-relay.js';

/** By what a patient takes something back, and on which channels it counts. `cloud` first: records are released there. */
const REVOCATIONS = {
  revoke: ['cloud', 'authorities'],
  revokeAll: ['cloud', 'authorities'],
  rejectSubscription: ['authorities'],
  // Who decides for the patient no more.
  endDelegation: ['cloud', 'authorities'],
  // The key that may be in a thief's hands.
  rotatePatientKey: ['cloud', 'authorities'],
  // That somebody replaces the patient's key, which is there.
  objectToRecovery: ['cloud', 'authorities'],
  // The key before, by the new one that two organisations have vouched for.
  takeOver: ['cloud', 'authorities'],
} as const satisfies Partial<Record<StatementName, readonly ChannelName[]>>;
type RevocationName = keyof typeof REVOCATIONS;

export interface RevocationServiceOptions extends StatementRelayOptions {
  readonly networkId: string;
  readonly registrations: Pick<Registrations, 'patient' | 'refreshPatient'>;
  readonly verifier: SignatureVerifier;
}

/** A revocation, as its statement says. */
interface Revocation {
  readonly read: HashedStatement;
  readonly name: RevocationName;
  /** On which it counts, of those that it names. */
  readonly channels: readonly ChannelName[];
}

/**
 * Relays what patients take back, whoever brings it: the patient's signature is what counts, and nobody can hold a
 * revocation back by being the only one to pass it on.
 */
export class RevocationService {
  readonly #options: RevocationServiceOptions;
  readonly #relay: StatementRelay;

  constructor(options: RevocationServiceOptions) {
    this.#options = options;
    this.#relay = new StatementRelay(options);
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
    return this.#relay.take({ name, statement }, channels, report);
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
    const keys = name === 'takeOver' ? ownKey(read) : keysFor(name, consentKeys);
    checkStatement(read, {
      typ,
      audience: networkId,
      now: Math.floor(Date.now() / 1_000),
      isBody: (value): value is StatementBody<RevocationName> => Value.Check(body, value),
      publicKeyOf: (kid) => keys.find((key) => kidOf('Ed25519', key) === kid),
      verifier,
    });
  }
}

/** One channel may have taken a rotation before the other: then the key that signed it is a former one here. */
function keysFor(name: RevocationName, periods: readonly KeyPeriod[]): Uint8Array[] {
  if (name === 'rotatePatientKey') return everyKey(periods);
  const current = currentKey(periods);
  return current === undefined ? [] : [current];
}

/** By what a recovery's key signs: the ledgers know who has vouched for it. */
function ownKey({ payload: { body } }: HashedStatement): Uint8Array[] {
  return Value.Check(STATEMENTS.takeOver.body, body) ? [fromBase64url(body.newKey)] : [];
}
