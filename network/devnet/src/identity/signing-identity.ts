import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { signLowS } from '@careledger/crypto/ecdsa';
import { msp } from '@hyperledger/fabric-protos';
import { readPair } from './identity-files.js';

/** An identity that can sign: the serialized form Fabric puts in headers, and its private key. */
export interface SigningIdentity {
  readonly mspId: string;
  /** SerializedIdentity, the bytes a creator or endorser field holds. */
  readonly serialized: Buffer;
  sign(message: Uint8Array): Buffer;
}

/** A signing identity from PEM texts. */
function signingIdentity(mspId: string, certificatePem: string, privateKeyPem: string): SigningIdentity {
  const key: KeyObject = createPrivateKey(privateKeyPem);
  const serialized = new msp.SerializedIdentity();
  serialized.setMspid(mspId);
  serialized.setIdBytes(Buffer.from(certificatePem, 'utf8'));
  return {
    mspId,
    serialized: Buffer.from(serialized.serializeBinary()),
    sign: (message) => signLowS(key, message),
  };
}

/** Reads `cert.pem` and `key.pem` of a folder. */
export async function readSigningIdentity(mspId: string, folder: string): Promise<SigningIdentity> {
  const { certificate, key } = await readPair(folder);
  return signingIdentity(mspId, certificate, key);
}
