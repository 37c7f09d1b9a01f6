import {
  CryptoError,
  kidOf,
  parseJws,
  readJwsPayload,
  verifyJws,
  type SignatureVerifier,
} from '@careledger/crypto';
import { PAIRING_PROOF_TYP, PairingProof, type RegisterDevice } from '@careledger/protocol';
import { Value } from 'typebox/value';
import { DeviceError } from './errors.js';

export interface ProofCheck {
  readonly verifier: SignatureVerifier;
  readonly gatewayId: string;
}

/**
 * Checks that the device holds the private half of `deviceKey` and means this gateway and this code. The code, which is
 * good once and for minutes, says that it is fresh: `iat` is not compared with any clock.
 * @param publicKey `deviceKey` decoded
 * @throws DeviceError `PAIRING_PROOF_INVALID`
 */
export function checkPairingProof(
  { proof, pairingCode, deviceKey }: RegisterDevice,
  publicKey: Uint8Array,
  { verifier, gatewayId }: ProofCheck,
): void {
  const fault = faultOf();
  if (fault !== undefined) {
    throw new DeviceError('PAIRING_PROOF_INVALID', `The proof of possession is refused: ${fault}`);
  }

  function faultOf(): string | undefined {
    try {
      const jws = parseJws(proof);
      if (jws.header.typ !== PAIRING_PROOF_TYP) return `its typ is not ${PAIRING_PROOF_TYP}`;
      if (jws.header.kid !== kidOf('Ed25519', publicKey)) return 'it names another key';
      if (!verifyJws(jws, publicKey, verifier)) return 'its signature does not verify';
      const claims: unknown = readJwsPayload(jws);
      if (!Value.Check(PairingProof, claims)) return 'its payload is not {aud, pairingCode, deviceKey, iat}';
      if (claims.aud !== gatewayId) return `its aud is not ${gatewayId}`;
      if (claims.pairingCode !== pairingCode || claims.deviceKey !== deviceKey) {
        return 'it is for another code or key than the request';
      }
      return undefined;
    } catch (cause) {
      if (cause instanceof CryptoError) return cause.message;
      throw cause;
    }
  }
}
