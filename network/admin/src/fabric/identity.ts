import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { signLowS } from '@careledger/crypto/ecdsa';
import { msp } from '@hyperledger/fabric-protos';
import { NetworkAdminError } from '../errors.js';
import type { PemPair } from '../layout.js';

/** Who signs: a member of an organisation with its private key. */
export class Identity {
  readonly #key: KeyObject;

  constructor(
    readonly mspId: string,
    readonly certificatePem: string,
    privateKeyPem: string,
  ) {
    this.#key = createPrivateKey(privateKeyPem);
  }

  static async load(mspId: string, paths: PemPair): Promise<Identity> {
    try {
      const [cert, key] = await Promise.all([readFile(paths.cert, 'utf8'), readFile(paths.key, 'utf8')]);
      return new Identity(mspId, cert, key);
    } catch (cause) {
      throw new NetworkAdminError(
        'IDENTITY_UNREADABLE',
        `cannot read the identity at ${paths.cert}: make it with "careledger-network identities", or restore it from a backup`,
        { cause },
      );
    }
  }

  /** The creator field of headers. */
  serialize(): Uint8Array {
    const identity = new msp.SerializedIdentity();
    identity.setMspid(this.mspId);
    identity.setIdBytes(Buffer.from(this.certificatePem));
    return identity.serializeBinary();
  }

  /** ECDSA with SHA-256 in DER, low S. */
  sign(message: Uint8Array): Uint8Array {
    return signLowS(this.#key, message);
  }
}
