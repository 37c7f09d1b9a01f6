import type { KeyObject, X509Certificate } from 'node:crypto';
import { verifyLowS, verifyLowSAsync } from './ecdsa.js';
import type { Principal } from './principal.js';
import type { NodeOu } from './roles.js';

/** A certificate that an organisation's MSP has accepted, with the one role its NodeOU gives it. */
export class Identity {
  readonly mspId: string;
  readonly role: NodeOu;
  /** SerializedIdentity bytes, as creators and endorsers are written. */
  readonly serialized: Buffer;
  /** The same in hex: what makes two endorsers the same one. */
  readonly id: string;
  readonly expiresAtMs: number;
  readonly #publicKey: KeyObject;

  constructor(mspId: string, role: NodeOu, serialized: Buffer, certificate: X509Certificate) {
    this.mspId = mspId;
    this.role = role;
    this.serialized = serialized;
    this.id = serialized.toString('hex');
    this.expiresAtMs = certificate.validToDate.getTime();
    this.#publicKey = certificate.publicKey;
  }

  satisfies(principal: Principal): boolean {
    return principal.mspId === this.mspId && (principal.role === 'member' || principal.role === this.role);
  }

  verify(message: Uint8Array, signature: Uint8Array): boolean {
    return verifyLowS(this.#publicKey, message, signature);
  }

  verifyAsync(message: Uint8Array, signature: Uint8Array): Promise<boolean> {
    return verifyLowSAsync(this.#publicKey, message, signature);
  }
}
