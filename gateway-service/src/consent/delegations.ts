import type { SignatureVerifier } from '@careledger/crypto';
import type { Patient } from '../patients/index.js';
import { noteSignersSeq, type Delegates } from './delegates.js';
import { delegationTerms, type DelegationStore } from './delegation-store.js';
import type { EarlierDecisions, Taken } from './earlier.js';
import { ConsentError } from './errors.js';
import type { GrantStore } from './grant-store.js';
import { ORDER, type StatementIntake } from './intake.js';
import { checkKeyProof } from './key-proof.js';

export interface DelegationsOptions {
  readonly intake: StatementIntake;
  readonly delegations: DelegationStore;
  readonly delegates: Delegates;
  readonly grants: Pick<GrantStore, 'noteSeq' | 'place' | 'grantedUnder' | 'revoke'>;
  readonly earlier: Pick<EarlierDecisions, 'taken'>;
  readonly verifier: SignatureVerifier;
  readonly networkId: string;
  readonly clock: () => number;
}

/** Takes in who decides for a patient from now on, and who does no more. */
export class Delegations {
  readonly #options: DelegationsOptions;

  constructor(options: DelegationsOptions) {
    this.#options = options;
  }

  /** A `delegate` statement. @throws ConsentError `CONSENT_STATEMENT_REFUSED` */
  async appoint(patient: Patient, statement: string): Promise<Taken> {
    const { intake, delegations, delegates, grants, earlier, verifier, networkId, clock } = this.#options;
    const expected = { names: ['delegate'] as const, channels: ORDER.delegate };
    const { sid, body, signing } = intake.checkDelegable(patient, statement, expected);
    if (intake.isNew(patient, sid)) {
      if (signing !== undefined) delegates.requireDelegation(signing, body);
      const proof = { newKey: body.key, newKeyProof: body.keyProof };
      checkKeyProof(patient.patientId, proof, { verifier, networkId, nowMs: clock() });
    }
    const { patientNo } = patient;
    const job = await intake.submit(patient, { kind: 'delegate', statement }, (delegationId) => {
      noteSignersSeq(this.#options, patient, body.policySeq, signing);
      const above = signing?.own.terms;
      const terms = delegationTerms(body, {
        ...(above ?? grants.place(patientNo, body.policySeq)),
        path: [...(above?.path ?? []), delegationId],
      });
      delegations.insert({ patientNo, delegationId, terms, status: 'pending', madeMs: clock() });
    });
    return earlier.taken(patient, job);
  }

  /**
   * An `endDelegation` statement. It takes nothing more from the delegate from now on, whatever the ledgers do.
   * @throws ConsentError `DELEGATION_NOT_FOUND`, `CONSENT_STATEMENT_REFUSED`
   */
  async end(patient: Patient, delegationId: string, statement: string): Promise<Taken> {
    const { intake, delegations, delegates, grants, earlier, clock } = this.#options;
    const { patientNo } = patient;
    const known = delegations.get(patientNo, delegationId);
    if (known === undefined)
      throw new ConsentError('DELEGATION_NOT_FOUND', `This patient has no delegation ${delegationId} here`);
    const expected = { names: ['endDelegation'] as const, channels: ORDER['end-delegation'] };
    const { body, signing } = intake.checkDelegable(patient, statement, expected);
    if (body.delegationId !== delegationId)
      throw new ConsentError('CONSENT_STATEMENT_REFUSED', 'The statement is about another delegation');
    if (signing !== undefined) delegates.requireOwnBranch(signing, known, body.endGrants);
    const job = await intake.submit(patient, { kind: 'end-delegation', statement }, () => {
      noteSignersSeq(this.#options, patient, body.policySeq, signing);
      delegations.end(patientNo, delegationId, clock());
      if (!body.endGrants) return;
      for (const { grantId } of grants.grantedUnder(patientNo, delegationId))
        grants.revoke(patientNo, grantId, clock());
    });
    return earlier.taken(patient, job);
  }
}
