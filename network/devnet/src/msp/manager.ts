import type { X509Certificate } from 'node:crypto';
import { msp } from '@hyperledger/fabric-protos';
import { PeerRefusal, messageOf } from '../errors.js';
import { IDENTITY_CACHE_ENTRIES } from '../limits.js';
import { asBuffer } from '../wire/bytes.js';
import type { Identity } from './identity.js';
import { Msp } from './msp.js';

/** A creator that could be read: its organisation is on the channel, but it may still not be valid. */
export interface Creator {
  readonly mspId: string;
  readonly expiresAtMs: number;
  /** Set when the organisation accepts the certificate. */
  readonly identity?: Identity;
  /** Set when it does not. */
  readonly refusal?: string;
}

/** The organisations of a channel; turns creator bytes into identities and remembers them. */
export class MspManager {
  readonly #msps: ReadonlyMap<string, Msp>;
  readonly #cache = new Map<string, Creator>();

  constructor(msps: Iterable<Msp>) {
    this.#msps = new Map([...msps].map((each) => [each.mspId, each]));
  }

  /**
   * Reads a SerializedIdentity.
   * @throws PeerRefusal when it is malformed, of an organisation that is not on the channel, or not of its organisation's CA
   */
  deserialize(serialized: Uint8Array): Creator {
    const id = asBuffer(serialized).toString('hex');
    const known = this.#cache.get(id);
    if (known) return known;
    const creator = this.#read(Buffer.from(serialized));
    if (this.#cache.size >= IDENTITY_CACHE_ENTRIES) {
      const oldest = this.#cache.keys().next();
      if (!oldest.done) this.#cache.delete(oldest.value);
    }
    this.#cache.set(id, creator);
    return creator;
  }

  /** The identity, or undefined when it is unknown, malformed or invalid. */
  validIdentity(serialized: Uint8Array): Identity | undefined {
    try {
      return this.deserialize(serialized).identity;
    } catch (error) {
      if (error instanceof PeerRefusal) return undefined;
      throw error;
    }
  }

  #read(serialized: Buffer): Creator {
    let mspId: string;
    let certificate: X509Certificate;
    try {
      const message = msp.SerializedIdentity.deserializeBinary(serialized);
      mspId = message.getMspid();
      certificate = Msp.parse(asBuffer(message.getIdBytes_asU8()).toString('utf8'));
    } catch (cause) {
      throw new PeerRefusal(`could not deserialize a SerializedIdentity: ${messageOf(cause)}`, { cause });
    }
    const organisation = this.#msps.get(mspId);
    if (!organisation) throw new PeerRefusal(`MSP ${mspId} is not defined on channel`);
    organisation.checkIssuer(certificate);
    const expiresAtMs = certificate.validToDate.getTime();
    try {
      return { mspId, expiresAtMs, identity: organisation.accept(certificate, serialized) };
    } catch (error) {
      if (!(error instanceof PeerRefusal)) throw error;
      return { mspId, expiresAtMs, refusal: error.message };
    }
  }
}
