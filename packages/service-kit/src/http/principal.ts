import type { Role } from '../config/roles.js';
import type { SignIn } from '../issuers/signed-in.js';

/** Who a request's token stands for. */
export interface Principal {
  readonly role: Role;
  /** The one organisation that the token speaks for (Fabric MSP ID); always there for role system. */
  readonly mspId: string | undefined;
  /**
   * Which token it is, lower-case hex: what names it where its own name is nobody else's business to choose. Of an
   * issuer's tokens, all that stand for the same person, program and rights are one.
   */
  readonly tokenSha256: string;
  /** Patients that a patient's token is bound to, and the one of a delegate's; empty for every other role. */
  readonly patientIds: ReadonlySet<string>;
  /** Of role delegate: by which delegation it acts for the one patient. */
  readonly delegationId?: string;
  readonly name: string | undefined;
  readonly unit: string | undefined;
  /** By whose word; absent for a token of the configuration, or one that the service handed out. */
  readonly signIn?: SignIn;
}
