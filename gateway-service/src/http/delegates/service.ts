import { timestampOf } from '@careledger/domain';
import { DelegateName, SEALED_CONTEXT } from '@careledger/protocol';
import { fromCursor, pageOfRows } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import { Type } from 'typebox';
import type {
  ConsentStep,
  DelegateTokens,
  Delegation,
  DelegationStore,
  Delegations,
} from '../../consent/index.js';
import type { StepStore, Taken } from '../../consent/index.js';
import type { Patient } from '../../patients/index.js';
import type { ListQuery } from '../schemas.js';
import { sealedJson, type SealedToPatient } from '../sealed-json.js';
import type {
  DelegateTokenView,
  DelegateView,
  DelegatedDecision,
  DelegatedDecisionsPage,
  DelegatesPage,
} from './schemas.js';

export interface DelegateServiceOptions extends SealedToPatient {
  readonly appointing: Pick<Delegations, 'appoint' | 'end'>;
  readonly delegations: Pick<DelegationStore, 'get' | 'page'>;
  readonly delegateTokens: Pick<DelegateTokens, 'issue'>;
  readonly steps: Pick<StepStore, 'job' | 'delegated'>;
}

const Place = Type.Object({ madeMs: Type.Integer(), delegationId: Type.String() });

/** Who decides for patients. */
export class DelegateService {
  readonly #options: DelegateServiceOptions;

  constructor(options: DelegateServiceOptions) {
    this.#options = options;
  }

  appoint(patientId: string, statement: string): Promise<Taken> {
    const { core, appointing } = this.#options;
    return appointing.appoint(core.patients.get(patientId), statement);
  }

  end(patientId: string, delegationId: string, statement: string): Promise<Taken> {
    const { core, appointing } = this.#options;
    return appointing.end(core.patients.get(patientId), delegationId, statement);
  }

  /** @throws ConsentError `DELEGATION_NOT_FOUND` */
  token(patientId: string, delegationId: string): DelegateTokenView {
    const { core, delegateTokens } = this.#options;
    return { delegationId, token: delegateTokens.issue(core.patients.get(patientId), delegationId) };
  }

  /** Oldest first. @param by a delegate's own: it sees that, and those that rest on it */
  async list(wantedId: string, { cursor, limit }: ListQuery, by?: string): Promise<DelegatesPage> {
    const { core, delegations } = this.#options;
    const { patientId, patientNo } = core.patients.get(wantedId);
    const after = cursor === undefined ? undefined : fromCursor(cursor, Place);
    const rows = delegations.page(patientNo, after, limit + 1, by);
    const page = pageOfRows(rows, limit, ({ madeMs, delegationId }) => ({ madeMs, delegationId }));
    return {
      delegates: await Promise.all(page.rows.map((each) => this.#view(patientId, each))),
      next: page.next,
    };
  }

  /** Newest first. @param by as of `list`; a page may then have less than its limit */
  async decisions(
    wantedId: string,
    { cursor, limit }: ListQuery,
    by?: string,
  ): Promise<DelegatedDecisionsPage> {
    const { core, steps } = this.#options;
    const { patientId, patientNo } = core.patients.get(wantedId);
    const before = cursor === undefined ? undefined : fromCursor(cursor, Type.Integer());
    const page = pageOfRows(steps.delegated(patientNo, before, limit + 1), limit, ({ stepNo }) => stepNo);
    const shown = page.rows.filter((step) => by === undefined || saidIn(step).path.includes(by));
    return {
      decisions: await Promise.all(shown.map((step) => this.#decision(patientId, step))),
      next: page.next,
    };
  }

  async #view(patientId: string, delegation: Delegation): Promise<DelegateView> {
    const { delegationId, patientNo, terms, status, nextSeq, madeMs, endedMs } = delegation;
    const { sealed, ...said } = terms;
    const name = await this.#name({ patientId, patientNo }, sealed);
    return {
      ...{ delegationId, patientId, ...said, status, nextPolicySeq: nextSeq },
      ...(name !== undefined && { name }),
      madeAt: timestampOf(madeMs),
      ...(endedMs !== null && { endedAt: timestampOf(endedMs) }),
      channels: this.#channels(patientNo, delegationId),
    };
  }

  async #decision(patientId: string, step: ConsentStep) {
    const { patientNo, job, kind, madeMs } = step;
    const { path, grantId, subscriptionId, delegationId } = saidIn(step);
    const by = path.at(-1) ?? '';
    const { sealed } = this.#options.delegations.get(patientNo, by)?.terms ?? {};
    const name = await this.#name({ patientId, patientNo }, sealed);
    const about = kind === 'grant' ? undefined : (grantId ?? subscriptionId ?? delegationId);
    return {
      ...{ statementId: job, delegationId: by, kind: kind as DelegatedDecision['kind'] },
      ...(name !== undefined && { name }),
      ...(about !== undefined && { about }),
      ...{ madeAt: timestampOf(madeMs), channels: this.#channels(patientNo, job) },
    };
  }

  #channels(patientNo: number, job: string): DelegateView['channels'] {
    return this.#options.steps
      .job(patientNo, job)
      .map(({ channel, status, txId }) => ({ channel, status, txId }));
  }

  /** What the patient calls it. What was sealed otherwise is shown without. */
  async #name(
    patient: Pick<Patient, 'patientId' | 'patientNo'>,
    sealed: string | undefined,
  ): Promise<string | undefined> {
    if (sealed === undefined) return undefined;
    const as = { context: SEALED_CONTEXT.delegate, schema: DelegateName };
    return (await sealedJson(this.#options, patient, sealed, as))?.name;
  }
}

/** What of a delegate's statement says whose it is, and what it is about. */
interface Said {
  readonly path: readonly string[];
  readonly grantId?: string;
  readonly subscriptionId?: string;
  readonly delegationId?: string;
}

const saidIn = ({ statement }: ConsentStep): Said => readStatement(statement).payload.body as unknown as Said;
