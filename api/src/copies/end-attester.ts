import { accessControl, type StatementBody } from '@careledger/contracts';
import { NotYetError } from '@careledger/delivery';
import { timestampOf } from '@careledger/domain';
import { LedgerError, submitWithRetry } from '@careledger/ledger';
import { copyEndOwedSince } from '@careledger/policy';
import type { Logger } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type { Issuer } from '../issuer.js';
import type { Channel } from '../ledger-port.js';
import { addTask, removeTask, type Outbox, type TaskHandler } from '../outbox/outbox.js';
import type { MirrorStore } from '../policy/mirror-store.js';
import type { Store } from '../store/store.js';

/** A grant that let a copy be kept and has ended. */
export type EndedCopy = Pick<StatementBody<'attestCopyEnd'>, 'patientId' | 'grantId'>;

export interface CopyEndAttesterOptions {
  readonly issuer: Issuer;
  readonly authorities: Channel;
  readonly mirror: MirrorStore;
  readonly store: Store;
  readonly outbox: Pick<Outbox, 'wake'>;
  readonly logger: Logger;
  /** Default: Date.now. */
  readonly clock?: () => number;
}

/** Tells the ledger of each ended grant that what it let be kept is destroyed, until the ledger has taken it. */
export class CopyEndAttester implements TaskHandler {
  readonly #options: CopyEndAttesterOptions;
  readonly #clock: () => number;

  constructor(options: CopyEndAttesterOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /** Grants that have ended, of whose copies no word is on its way yet. */
  owed(): EndedCopy[] {
    const { mirror } = this.#options;
    return mirror.copyPatientIds().flatMap((patientId) =>
      mirror
        .grants(patientId)
        .filter((grant) => copyEndOwedSince(grant, this.#clock()) !== undefined)
        .filter((grant) => this.#statementOf(grant) === undefined)
        .map(({ grantId }) => ({ patientId, grantId })),
    );
  }

  /**
   * Only within `store.commit`, once nothing in the store's files opens it any more; nothing where it was added before. Call
   * `added` once that is durable.
   */
  add(ended: EndedCopy, left: StatementBody<'attestCopyEnd'>['left']): void {
    const { issuer, store } = this.#options;
    if (this.#statementOf(ended) !== undefined) return;
    const body = { ...ended, left, destroyedAt: timestampOf(this.#clock()) };
    const statement = issuer.make('attestCopyEnd', ['authorities'], body);
    const { patientId, grantId } = ended;
    store.run(
      'INSERT INTO copy_ends (patient_id, grant_id, statement) VALUES (?, ?, ?)',
      ...[patientId, grantId, statement],
    );
    addTask(store, { kind: 'copy-end', ref: refOf(ended), subject: patientId });
  }

  added(): void {
    this.#options.outbox.wake();
  }

  async advance(ref: string): Promise<void> {
    const { logger, store } = this.#options;
    const ended = ofRef(ref);
    const statement = this.#statementOf(ended);
    if (statement === undefined) throw new Error(`No word on the end of the copy ${ref} is kept`);
    const txId = await this.#submit(ended, statement);
    if (txId === undefined) return;
    await store.commit(() => {
      store.run(
        'UPDATE copy_ends SET tx_id = ? WHERE patient_id = ? AND grant_id = ?',
        ...[txId, ended.patientId, ended.grantId],
      );
      removeTask(store, { kind: 'copy-end', ref });
    });
    logger.info({ ...ended, txId }, 'attested that a copy is destroyed');
  }

  /** @returns undefined where it was signed again. @throws NotYetError, LedgerError: to be tried again */
  async #submit(ended: EndedCopy, statement: string): Promise<string | undefined> {
    const { authorities, logger } = this.#options;
    try {
      const { result } = await submitWithRetry(() =>
        authorities.submit(accessControl, 'AttestCopyEnd', { statement }),
      );
      return result.txId;
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'CHAINCODE_REFUSED') throw error;
      const code = error.chaincodeCode ?? error.message;
      if (code === 'STATEMENT_KEY_UNKNOWN' && (await this.#signAgain(ended, statement))) return undefined;
      // A clock that was wrong has said when: it is destroyed now as well.
      if (code === 'COPY_END_TIME_INVALID') await this.#signAnew(ended, statement);
      // Peers that endorse may not have heard of the grant's end.
      logger.warn({ ...ended, code }, 'the ledger does not take that a copy is destroyed; it is told again');
      throw new NotYetError(code);
    }
  }

  /** After a rotation of this authority's key the old signature counts no more. False: it is signed with this key. */
  async #signAgain(ended: EndedCopy, statement: string): Promise<boolean> {
    const { issuer } = this.#options;
    const { header, payload } = readStatement(statement);
    if (header.kid === issuer.signer.kid) return false;
    const body = payload.body as StatementBody<'attestCopyEnd'>;
    await this.#replace(ended, issuer.make('attestCopyEnd', ['authorities'], body, payload.sid));
    return true;
  }

  async #signAnew(ended: EndedCopy, statement: string): Promise<void> {
    const { left } = readStatement(statement).payload.body as StatementBody<'attestCopyEnd'>;
    const body = { ...ended, left, destroyedAt: timestampOf(this.#clock()) };
    await this.#replace(ended, this.#options.issuer.make('attestCopyEnd', ['authorities'], body));
  }

  async #replace({ patientId, grantId }: EndedCopy, statement: string): Promise<void> {
    const { store } = this.#options;
    await store.commit(() =>
      store.run(
        'UPDATE copy_ends SET statement = ? WHERE patient_id = ? AND grant_id = ?',
        ...[statement, patientId, grantId],
      ),
    );
  }

  #statementOf({ patientId, grantId }: EndedCopy): string | undefined {
    return this.#options.store.get<{ statement: string }>(
      'SELECT statement FROM copy_ends WHERE patient_id = ? AND grant_id = ?',
      ...[patientId, grantId],
    )?.statement;
  }
}

const refOf = ({ patientId, grantId }: EndedCopy): string => `${patientId} ${grantId}`;

function ofRef(ref: string): EndedCopy {
  const [patientId = '', grantId = ''] = ref.split(' ');
  return { patientId, grantId };
}
