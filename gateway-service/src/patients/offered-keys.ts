import { randomBytes } from 'node:crypto';
import { LruMap, x25519FromPrivate, type Signer, type X25519KeyPair } from '@careledger/crypto';
import { sodiumSigner } from '@careledger/crypto/sodium';

const KEY_BYTES = 32;
/** Patients who have been offered keys and have not registered: whoever was offered keys longest ago asks again. */
const OFFERS_MAX = 10_000;

/** What a patient's registration names: the key that is to write, and the one that is to open records. */
export interface AppointedKeys {
  gatewaySigner(): Signer;
  encryption(): X25519KeyPair;
}

/** Keys that a patient may appoint. Nothing of them is on disk before the patient does. */
export class OfferedKeys implements AppointedKeys {
  readonly gatewaySeed = new Uint8Array(randomBytes(KEY_BYTES));
  readonly encryptionSecret = new Uint8Array(randomBytes(KEY_BYTES));
  readonly recordSecret = new Uint8Array(randomBytes(KEY_BYTES));

  /** Made once: an enrolment asks for each of them several times, and to make one costs as much as a signature. */
  #gateway: Signer | undefined;
  #encryption: X25519KeyPair | undefined;

  gatewaySigner(): Signer {
    this.#gateway ??= sodiumSigner(this.gatewaySeed);
    return this.#gateway;
  }

  encryption(): X25519KeyPair {
    this.#encryption ??= x25519FromPrivate(this.encryptionSecret);
    return this.#encryption;
  }
}

/** Offers that wait for their patients, in memory: whoever asks for many fills no disk. */
export class Offers {
  readonly #offers = new LruMap<string, OfferedKeys>(OFFERS_MAX);

  /** Asked again, the same keys. */
  offer(patientId: string): OfferedKeys {
    const keys = this.#offers.get(patientId) ?? new OfferedKeys();
    this.#offers.set(patientId, keys);
    return keys;
  }

  find(patientId: string): OfferedKeys | undefined {
    return this.#offers.get(patientId);
  }
}
