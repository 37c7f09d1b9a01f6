import { STATEMENTS, accessControl } from '@careledger/contracts';
import { CHANNELS } from '@careledger/domain';
import { onLedger } from '@careledger/ledger/service';
import { readStatement } from '@careledger/statements';
import { Value } from 'typebox/value';
import type { Issuer } from '../issuer.js';
import { problem } from '../problems.js';
import { StatementRelay, type StatementRelayOptions } from '../revocations/statement-relay.js';
import type { Recoveries, VouchBody, Vouched } from './schemas.js';

export interface RecoveryServiceOptions extends StatementRelayOptions {
  readonly issuer: Issuer;
}

/**
 * This authority's part in the recovery of a patient's consent key: its word that a new key is the patient's. Whether it has a role
 * in that, and what becomes of the recovery, is the ledgers' to say.
 */
export class RecoveryService {
  readonly #options: RecoveryServiceOptions;
  readonly #relay: StatementRelay;

  constructor(options: RecoveryServiceOptions) {
    this.#options = options;
    this.#relay = new StatementRelay(options);
  }

  /** The signed word; keep it before it is sent. */
  vouch(body: VouchBody): string {
    return this.#options.issuer.make('vouchForKey', CHANNELS, body);
  }

  /**
   * Takes the word to both channels. Doing it again changes nothing.
   * @param report hears how many channels have it
   * @throws ProblemError LEDGER_REFUSED, LEDGER_UNAVAILABLE, PATIENT_UNKNOWN
   */
  async send(statement: string, report: (done: number, total: number) => void): Promise<Vouched> {
    const { sid, body } = readStatement(statement).payload;
    if (!Value.Check(STATEMENTS.vouchForKey.body, body))
      throw problem('STATEMENT_MALFORMED', 'It vouches for no key');
    const carried = await this.#relay.take({ name: 'vouchForKey', statement }, CHANNELS, report);
    return { recoveryId: body.confirms ?? sid, ...carried };
  }

  /** A patient's, as each channel has them. @throws ProblemError PATIENT_UNKNOWN, LEDGER_UNAVAILABLE */
  async list(patientId: string): Promise<Recoveries> {
    const { channels } = this.#options;
    const [authorities, cloud] = await onLedger(() =>
      Promise.all(
        CHANNELS.map((channel) => channels[channel].evaluate(accessControl, 'ListRecoveries', { patientId })),
      ),
    );
    return { authorities: authorities?.recoveries ?? [], cloud: cloud?.recoveries ?? [] };
  }
}
