import type { Role } from '../config/roles.js';
import type { ResourceScope } from './smart-scopes.js';

/** A person, in the words of the issuer. */
export interface SignedInPerson {
  /** As the authority registers practitioners. */
  readonly identifier: string;
  readonly name: string | undefined;
  readonly profession: string | undefined;
  /** What becomes of one whom nobody has registered. */
  readonly ifUnknown: 'refuse' | 'provision';
}

/** Who holds a token, and what for, by the word of an issuer. */
export interface SignIn {
  readonly issuer: string;
  /** From then on nothing is shown any more, whatever is still open. Milliseconds since 1970. */
  readonly expiresAtMs: number;
  /** Undefined for a program that acts in its own name. */
  readonly person: SignedInPerson | undefined;
  /** The patient whom scopes `patient/…` are about. */
  readonly patientId: string | undefined;
  readonly scopes: readonly ResourceScope[];
  /** Roles that the scopes name. */
  readonly roleScopes: ReadonlySet<string>;
}

/** What a good token says of its holder. */
export interface VerifiedToken {
  readonly role: Role;
  /** The organisation that its issuer is bound to. */
  readonly mspId: string;
  readonly unit: string | undefined;
  readonly name: string | undefined;
  readonly signIn: SignIn;
  /** The same for every token that stands for the same: issuer, subject, client, role, unit, patient, person, scopes. Lower-case hex. */
  readonly holderSha256: string;
}
