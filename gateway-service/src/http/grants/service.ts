import { toBase64url } from '@careledger/crypto';
import { ANY, PURPOSES, timestampOf, type Permission } from '@careledger/domain';
import { fromCursor, pageOfRows, type IdempotentRequest } from '@careledger/service-kit';
import { Type } from 'typebox';
import {
  ConsentError,
  type ConsentService,
  type DelegationStore,
  type Grant,
  type GrantStore,
  type RulesWanted,
  type StepStore,
  type Taken,
} from '../../consent/index.js';
import type { GatewayCore } from '../../core.js';
import type { ListQuery } from '../schemas.js';
import type {
  AuthorityView,
  DenialBody,
  DenialsPage,
  GrantBody,
  GrantView,
  GrantsPage,
  ReadyOrPassphrase,
  SignRevocationBody,
} from './schemas.js';

export interface GrantServiceOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly consent: ConsentService;
  readonly grants: Pick<GrantStore, 'get' | 'page' | 'nextSeq' | 'epoch'>;
  readonly delegations: Pick<DelegationStore, 'get'>;
  readonly steps: Pick<StepStore, 'job'>;
}

/** What a denial takes away that does not say what. */
const EVERY_PERMISSION: readonly Permission[] = ['read', 'write', 'modify'];

const Place = Type.Object({ madeMs: Type.Integer(), grantId: Type.String() });
const placeOf = ({ madeMs, grantId }: Grant) => ({ madeMs, grantId });

/** What patients grant and revoke, with the statement of their app or the passphrase of the consent key. */
export class GrantService {
  readonly #options: GrantServiceOptions;

  constructor(options: GrantServiceOptions) {
    this.#options = options;
  }

  /** By the ledger, as far as this gateway says. @throws LedgerError */
  async authority(wantedId: string): Promise<AuthorityView> {
    const { consent } = this.#options;
    const { authorityId, mspId, kind, encryptionKey } = await consent.authority(wantedId);
    return { authorityId, mspId, kind, encryptionKey: toBase64url(encryptionKey) };
  }

  /** Oldest first, revoked ones included. @param by a delegate's own: it sees what rests on that */
  list(patientId: string, query: ListQuery, by?: string): GrantsPage {
    const { rows: grants, ...page } = this.#page(patientId, { what: 'grants', by }, query);
    return { grants, ...page };
  }

  /** Likewise. */
  listDenials(patientId: string, query: ListQuery, by?: string): DenialsPage {
    const { rows: denials, ...page } = this.#page(patientId, { what: 'denials', by }, query);
    return { denials, ...page };
  }

  /** @param by as of `list` @throws ConsentError GRANT_NOT_FOUND */
  get(wantedPatientId: string, grantId: string, by?: string): GrantView {
    const { core, grants } = this.#options;
    const { patientId, patientNo } = core.patients.get(wantedPatientId);
    const grant = grants.get(patientNo, grantId);
    if (grant === undefined || !isBy(by, grant))
      throw new ConsentError('GRANT_NOT_FOUND', `This patient has made no grant ${grantId} here`);
    return this.#view(patientId, grant);
  }

  /** @param caller names who gives the passphrase, as `callerOf` does */
  async grant(
    patientId: string,
    body: GrantBody,
    caller: string,
    request?: IdempotentRequest,
  ): Promise<Taken> {
    const { core, consent } = this.#options;
    const patient = core.patients.get(patientId);
    const job =
      'statement' in body
        ? await consent.takeGrant(patient, body.statement)
        : await consent.grant(patient, body.grant, { passphrase: body.passphrase, caller }, request);
    return { job, isAlready: false };
  }

  /** What is not named is denied in full: to any authority, every right, for every purpose. @param caller as of `grant` */
  async deny(
    patientId: string,
    body: DenialBody,
    caller: string,
    request?: IdempotentRequest,
  ): Promise<Taken> {
    const { core, consent } = this.#options;
    const patient = core.patients.get(patientId);
    if ('statement' in body)
      return { job: await consent.takeDenial(patient, body.statement), isAlready: false };
    const everything = { authorityId: ANY, permissions: EVERY_PERMISSION, purposes: PURPOSES };
    const terms = { ...everything, ...body.denial, effect: 'deny' as const };
    const unlock = { passphrase: body.passphrase, caller };
    return { job: await consent.grant(patient, terms, unlock, request), isAlready: false };
  }

  async revoke(patientId: string, grantId: string, body: ReadyOrPassphrase, caller: string): Promise<Taken> {
    const { core, consent } = this.#options;
    const patient = core.patients.get(patientId);
    return 'statement' in body
      ? consent.takeRevocation(patient, body.statement, grantId)
      : consent.revoke(patient, grantId, { ...body, caller });
  }

  /** Everything granted so far. */
  async revokeAll(patientId: string, body: ReadyOrPassphrase, caller: string): Promise<Taken> {
    const { core, consent } = this.#options;
    const patient = core.patients.get(patientId);
    return 'statement' in body
      ? consent.takeRevocation(patient, body.statement)
      : consent.revokeAll(patient, { ...body, caller });
  }

  /** A revocation that is handed out and not sent. */
  signRevocation(
    patientId: string,
    { grantId, passphrase }: SignRevocationBody,
    caller: string,
  ): Promise<string> {
    const { core, consent } = this.#options;
    return consent.signRevocation(core.patients.get(patientId), { passphrase, caller }, grantId);
  }

  #page(wantedPatientId: string, wanted: RulesWanted, { cursor, limit }: ListQuery) {
    const { core, delegations, grants } = this.#options;
    const { patientId, patientNo } = core.patients.get(wantedPatientId);
    const after = cursor === undefined ? undefined : fromCursor(cursor, Place);
    const page = pageOfRows(grants.page(patientNo, wanted, after, limit + 1), limit, placeOf);
    return {
      rows: page.rows.map((grant) => this.#view(patientId, grant)),
      // Each who signs counts by itself.
      nextPolicySeq:
        wanted.by === undefined
          ? grants.nextSeq(patientNo)
          : (delegations.get(patientNo, wanted.by)?.nextSeq ?? 1),
      epoch: grants.epoch(patientNo),
      next: page.next,
    };
  }

  #view(patientId: string, grant: Grant): GrantView {
    const { grantId, patientNo, authorityId, policySeq, epoch, status, body, meaning, madeMs, revokedMs } =
      grant;
    const { permissions, purposes, from, until, period, detail, subscriptionId, path } = body;
    return {
      ...{ grantId, patientId, authorityId, policySeq, epoch, status, permissions, purposes, from },
      ...(until !== undefined && { until }),
      ...(period !== undefined && { period }),
      ...(detail !== undefined && { detail }),
      ...(subscriptionId !== undefined && { subscriptionId }),
      ...(path !== undefined && { path }),
      ...(meaning !== null && { meaning }),
      madeAt: timestampOf(madeMs),
      ...(revokedMs !== null && { revokedAt: timestampOf(revokedMs) }),
      channels: this.#options.steps.job(patientNo, grantId).map((step) => ({
        channel: step.channel,
        status: step.status,
        txId: step.txId,
      })),
    };
  }
}

/** Whether somebody sees it: a delegate what it, or whom it appointed, has made; anybody else everything. */
const isBy = (by: string | undefined, { body }: Pick<Grant, 'body'>): boolean =>
  by === undefined || body.path?.includes(by) === true;
