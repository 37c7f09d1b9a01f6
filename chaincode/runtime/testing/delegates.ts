import type { StatementBody } from '@careledger/contracts';
import { randomId128, type Signer } from '@careledger/crypto';
import { newSigner, publicKeyOf, type StatementOptions, type TestPatient } from './issuers.js';

type Appointment = StatementBody<'delegate'>;

/** Who decides for a patient, with a key of its own and its own count. */
export class TestDelegate {
  /** The delegation's id. */
  readonly id: string = randomId128();
  policySeq = 0;

  /** @param above by whom it is appointed; the patient unless told */
  constructor(
    readonly patient: TestPatient,
    readonly above?: TestDelegate,
    readonly signer: Signer = newSigner(),
  ) {}

  get path(): string[] {
    return [...(this.above?.path ?? []), this.id];
  }

  /** The statement that appoints it: a carer who may do anything for a week from `nowMs`, unless told otherwise. */
  appointment(nowMs: number, body: Partial<Appointment> = {}, options: StatementOptions = {}): string {
    const by = this.above ?? this.patient;
    by.policySeq += 1;
    const whole: Appointment = {
      policySeq: by.policySeq,
      kind: 'carer',
      key: publicKeyOf(this.signer),
      keyProof: this.patient.proofOf(this.signer),
      acts: ['approve', 'grant', 'deny', 'revoke'],
      permissions: ['read', 'write', 'modify'],
      purposes: ['TREAT', 'ETREAT'],
      scopeTags: [],
      until: new Date(nowMs + 7 * 86_400_000).toISOString(),
      further: 0,
      ...(this.above !== undefined && { path: this.above.path }),
      ...body,
    };
    const signer = this.above?.signer ?? this.patient.consent;
    return this.patient.sign('delegate', whole, signer, { sid: this.id, ...options });
  }

  /** Grants reading for treatment for a day from `nowMs` unless told otherwise; numbers itself. */
  grant(
    authorityId: string,
    nowMs: number,
    body: Partial<StatementBody<'grant'>> = {},
    options: StatementOptions = {},
  ): string {
    const whole: StatementBody<'grant'> = {
      ...{ policySeq: this.#nextSeq(), authorityId, granteeTags: [], permissions: ['read'], scopeTags: [] },
      ...{ purposes: ['TREAT'], from: '2026-01-01T00:00:00Z', delegable: false },
      until: new Date(nowMs + 86_400_000).toISOString(),
      path: this.path,
      ...body,
    };
    return this.patient.sign('grant', whole, this.signer, options);
  }

  revoke(grantId: string): string {
    const body = { policySeq: this.#nextSeq(), grantId, path: this.path };
    return this.patient.sign('revoke', body, this.signer);
  }

  /** Ends another delegation, or its own. */
  end(delegationId: string, endGrants = false): string {
    const body = { policySeq: this.#nextSeq(), delegationId, endGrants, path: this.path };
    return this.patient.sign('endDelegation', body, this.signer);
  }

  /** The patient's word that this delegation is over. */
  ended(endGrants = false): string {
    this.patient.policySeq += 1;
    const body = { policySeq: this.patient.policySeq, delegationId: this.id, endGrants };
    return this.patient.sign('endDelegation', body, this.patient.consent);
  }

  #nextSeq(): number {
    this.policySeq += 1;
    return this.policySeq;
  }
}
