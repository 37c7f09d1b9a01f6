import { approvalOf } from '@careledger/consent';
import { accessControl, type SubscriptionState } from '@careledger/contracts';
import { sha256 } from '@careledger/crypto';
import { everyRow } from '@careledger/ledger';
import { nextOf, onLedger, pageArgs } from '@careledger/ledger/service';
import { SEALED_CONTEXT, SubscriptionMeaning } from '@careledger/protocol';
import type { IdempotentRequest } from '@careledger/service-kit';
import {
  ConsentError,
  type ConsentService,
  type DelegationStore,
  type GrantStore,
  type Taken,
} from '../../consent/index.js';
import type { LedgerReader } from '../../ledger-access/ledger-link.js';
import type { Patient } from '../../patients/index.js';
import type { ReadyOrPassphrase } from '../grants/schemas.js';
import { sealedJson, type SealedToPatient } from '../sealed-json.js';
import { isShown } from './shown-to-delegates.js';
import type { ApprovalBody, SubscriptionView, SubscriptionsPage, SubscriptionsQuery } from './schemas.js';

/** Pages of the ledger's that make one here, at most. */
const LEDGER_PAGES_MAX = 16;

export interface SubscriptionServiceOptions extends SealedToPatient {
  readonly consent: ConsentService;
  readonly delegations: Pick<DelegationStore, 'get'>;
  readonly grants: Pick<GrantStore, 'get'>;
  readonly ledger: LedgerReader;
}

/** Who asks to be subscribed to a patient, and what the patient makes of it. */
export class SubscriptionService {
  readonly #options: SubscriptionServiceOptions;

  constructor(options: SubscriptionServiceOptions) {
    this.#options = options;
  }

  /** @param by a delegate's own: it sees what is for it, and a page may have less than its limit */
  async list(patientId: string, query: SubscriptionsQuery, by?: string): Promise<SubscriptionsPage> {
    const patient = this.#options.core.patients.get(patientId);
    const { rows, bookmark } = await onLedger(() => this.#page(patient.patientId, query));
    const views = await Promise.all(rows.map((row) => this.#view(patient, row)));
    return {
      subscriptions: views.filter((view) => this.#isFor(patient, view, by)),
      next: nextOf(bookmark),
    };
  }

  /** As the ledger has it. @param by as of `list` @throws ConsentError SUBSCRIPTION_NOT_FOUND */
  async get(patientId: string, subscriptionId: string, by?: string): Promise<SubscriptionView> {
    const patient = this.#options.core.patients.get(patientId);
    const view = await this.#view(patient, await this.#found(patient.patientId, subscriptionId));
    if (this.#isFor(patient, view, by)) return view;
    throw notFound(subscriptionId);
  }

  /**
   * By a grant that names the subscription; what is not said is as the authority asked.
   * @throws ConsentError SUBSCRIPTION_NOT_FOUND, SUBSCRIPTION_NOT_PENDING, SUBSCRIPTION_EXCEEDED
   */
  async approve(
    patientId: string,
    subscriptionId: string,
    body: ApprovalBody,
    { caller, request }: { readonly caller: string; readonly request: IdempotentRequest | undefined },
  ): Promise<Taken> {
    const { core, consent } = this.#options;
    const patient = core.patients.get(patientId);
    // By then the subscription is not pending any more.
    let job = consent.grantedBefore(request);
    if (job !== undefined) return { job, isAlready: false };
    if ('statement' in body) {
      job = await consent.takeGrant(patient, body.statement, subscriptionId);
    } else {
      const asked = await this.#asked(patient.patientId, subscriptionId, ['pending']);
      const { passphrase, copy, detail, ...said } = body;
      const withheld = {
        ...(copy === false && { copy: undefined }),
        ...(detail !== undefined && { detail: detail || undefined }),
      };
      const view = await this.#view(patient, asked);
      const { given, terms } = approvalOf(sha256, view, { ...said, ...withheld });
      if (given === 'more')
        throw new ConsentError('SUBSCRIPTION_EXCEEDED', 'It asks for less: what you say may only narrow it');
      job = await consent.grant(patient, terms, { passphrase, caller }, request);
    }
    return { job, isAlready: false };
  }

  async reject(
    patientId: string,
    subscriptionId: string,
    body: ReadyOrPassphrase,
    caller: string,
  ): Promise<Taken> {
    const { core, consent } = this.#options;
    const patient = core.patients.get(patientId);
    const open = ['pending', 'rejected'] as const;
    return 'statement' in body
      ? consent.takeRejection(patient, body.statement, subscriptionId)
      : consent.reject(patient, await this.#asked(patient.patientId, subscriptionId, open), {
          ...body,
          caller,
        });
  }

  /** A page of the ledger's can be empty although there is more: some of them make one. */
  async #page(
    patientId: string,
    { status, ...page }: SubscriptionsQuery,
  ): Promise<{ rows: SubscriptionState[]; bookmark: string }> {
    const { pageSize, bookmark = '' } = pageArgs(page);
    const authorities = this.#options.ledger.channel('authorities');
    const rows: SubscriptionState[] = [];
    let next = bookmark;
    for (let asked = 0; asked < LEDGER_PAGES_MAX; asked++) {
      const found = await authorities.evaluate(accessControl, 'ListSubscriptions', {
        ...{ patientId, pageSize: pageSize - rows.length },
        ...(status !== undefined && { status }),
        ...(next !== '' && { bookmark: next }),
      });
      rows.push(...found.rows);
      next = found.bookmark;
      if (next === '' || rows.length === pageSize) break;
    }
    return { rows, bookmark: next };
  }

  /** @param open what it may still be */
  async #asked(
    patientId: string,
    subscriptionId: string,
    open: readonly SubscriptionState['status'][],
  ): Promise<SubscriptionState> {
    const found = await this.#found(patientId, subscriptionId);
    if (!open.includes(found.status))
      throw new ConsentError('SUBSCRIPTION_NOT_PENDING', `The subscription is ${found.status}`);
    return found;
  }

  async #found(patientId: string, subscriptionId: string): Promise<SubscriptionState> {
    const { ledger } = this.#options;
    const found = await onLedger(async () => {
      const rows = everyRow((page) =>
        ledger.channel('authorities').evaluate(accessControl, 'ListSubscriptions', { patientId, ...page }),
      );
      for await (const row of rows) if (row.subscriptionId === subscriptionId) return row;
      return undefined;
    });
    if (found === undefined) throw notFound(subscriptionId);
    return found;
  }

  #isFor({ patientId, patientNo }: Patient, asked: SubscriptionView, by: string | undefined): boolean {
    if (by === undefined) return true;
    const { core, delegations, grants } = this.#options;
    const delegation = delegations.get(patientNo, by);
    const { grantId } = asked;
    const grant = grantId === undefined ? undefined : grants.get(patientNo, grantId);
    const scopeKey = core.patients.keys(patientId).scopeKey();
    return delegation !== undefined && isShown(asked, { delegation, scopeKey, grant });
  }

  async #view(patient: Patient, subscription: SubscriptionState): Promise<SubscriptionView> {
    const { sealed } = subscription;
    if (sealed === undefined) return subscription;
    const as = { context: SEALED_CONTEXT.subscriptionReason, schema: SubscriptionMeaning };
    const meant = await sealedJson(this.#options, patient, sealed, as);
    // What an authority sealed wrongly is shown without its reason and its records: no grant answers it then.
    if (meant === undefined) return subscription;
    const { reason, asked, copy } = meant;
    return {
      ...subscription,
      ...(reason !== undefined && { reason }),
      ...(asked !== undefined && { asked }),
      ...(copy !== undefined && { copyUnit: copy }),
    };
  }
}

const notFound = (subscriptionId: string): ConsentError =>
  new ConsentError('SUBSCRIPTION_NOT_FOUND', `There is no subscription ${subscriptionId}`);
