import type { DelegatedAct, StatementBody } from '@careledger/contracts';
import { fromBase64url, kidOf } from '@careledger/crypto';
import { beyondActs, beyondAsDelegation, beyondAsRule, isUnder } from '@careledger/policy';
import { readStatement } from '@careledger/statements';
import type { Patient } from '../patients/index.js';
import type { Delegation, DelegationStore } from './delegation-store.js';
import { ConsentError } from './errors.js';
import type { Grant, GrantStore } from './grant-store.js';

export interface DelegatesOptions {
  readonly delegations: Pick<DelegationStore, 'get' | 'all'>;
  readonly clock: () => number;
}

/** Who signs for a patient: every delegation that this rests on, the patient's own first. */
export interface Signing {
  readonly own: Delegation;
  readonly links: readonly Delegation[];
}

/** What a delegate may sign as well. */
export type Delegable = 'grant' | 'revoke' | 'rejectSubscription' | 'delegate' | 'endDelegation';

/** What each of them says. */
interface Body {
  readonly path?: readonly string[];
}

/**
 * Holds delegates to their delegations before anything of theirs is taken in: what a ledger would refuse must not take
 * anything away here meanwhile. The ledgers check the same.
 */
export class Delegates {
  readonly #options: DelegatesOptions;

  constructor(options: DelegatesOptions) {
    this.#options = options;
  }

  /** With which delegates sign for a patient, or have signed. */
  keys({ patientNo }: Pick<Patient, 'patientNo'>): Uint8Array[] {
    return this.#options.delegations.all(patientNo).map(({ terms }) => fromBase64url(terms.key));
  }

  /**
   * Who signed a statement: undefined for the patient.
   * @throws ConsentError `CONSENT_STATEMENT_REFUSED`
   */
  signing(
    { patientNo }: Patient,
    statement: string,
    consentKey: Uint8Array,
    { path }: Body,
  ): Signing | undefined {
    const { kid } = readStatement(statement).header;
    const isPatients = kid === kidOf('Ed25519', consentKey);
    if (isPatients !== (path === undefined)) throw refused('DELEGATION_PATH_INVALID');
    if (path === undefined) return undefined;
    const links = path.map((id) => this.#link(patientNo, id));
    const own = links.at(-1);
    const isItsPath =
      own?.terms.path.length === path.length && isUnder(own.terms.path, path) && keyIs(own, kid);
    if (own === undefined || !isItsPath) throw refused('DELEGATION_PATH_INVALID');
    return { own, links };
  }

  /** @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
  requireRule({ links }: Signing, body: StatementBody<'grant'>): void {
    within(links.flatMap(({ terms }) => beyondAsRule(body, terms)));
  }

  /** @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
  requireDelegation({ links }: Signing, body: StatementBody<'delegate'>): void {
    within(links.flatMap(({ terms }) => beyondAsDelegation(body, terms)));
  }

  /** @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
  requireActs({ links }: Signing, acts: readonly DelegatedAct[]): void {
    within(links.flatMap(({ terms }) => beyondActs(acts, terms)));
  }

  /** A delegate ends what it, or those whom it appointed, made. @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
  requireRevocable(signing: Signing, grant: Grant | undefined): void {
    this.requireActs(signing, ['revoke']);
    if (grant !== undefined && !isUnder(grant.body.path, signing.own.terms.path))
      throw refused('DELEGATION_EXCEEDED', 'what the patient, or another delegate, made');
  }

  /** A delegate ends itself, or whom it appointed. @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
  requireOwnBranch(signing: Signing, ended: Delegation, endGrants: boolean): void {
    if (!isUnder(ended.terms.path, signing.own.terms.path))
      throw refused('DELEGATION_EXCEEDED', 'another delegation');
    if (endGrants) this.requireActs(signing, ['revoke']);
  }

  #link(patientNo: number, id: string): Delegation {
    const link = this.#options.delegations.get(patientNo, id);
    if (link === undefined || link.status === 'refused') throw refused('DELEGATION_UNKNOWN');
    if (link.status === 'pending')
      throw refused('DELEGATION_UNKNOWN', 'it is on its way to the ledgers: send the statement again later');
    if (link.status === 'ended' || Date.parse(link.terms.until) <= this.#options.clock())
      throw refused('DELEGATION_ENDED');
    return link;
  }
}

const keyIs = ({ terms }: Delegation, kid: string): boolean =>
  kid === kidOf('Ed25519', fromBase64url(terms.key));

function within(excess: readonly string[]): void {
  if (excess.length > 0) throw refused('DELEGATION_EXCEEDED', [...new Set(excess)].join(', '));
}

/** With the code that the ledgers give. */
const refused = (code: string, what?: string): ConsentError =>
  new ConsentError('CONSENT_STATEMENT_REFUSED', what === undefined ? code : `${code}: ${what}`);

/** A number is used: each who signs counts by itself. */
export function noteSignersSeq(
  stores: {
    readonly grants: Pick<GrantStore, 'noteSeq'>;
    readonly delegations: Pick<DelegationStore, 'noteSeq'>;
  },
  { patientNo }: Pick<Patient, 'patientNo'>,
  policySeq: number,
  signing: Signing | undefined,
): void {
  if (signing === undefined) stores.grants.noteSeq(patientNo, policySeq);
  else stores.delegations.noteSeq(patientNo, signing.own.delegationId, policySeq);
}
