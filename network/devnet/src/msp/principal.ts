import type { Role } from './roles.js';

/** "Somebody of this organisation in this role". */
export interface Principal {
  readonly mspId: string;
  readonly role: Role;
}
