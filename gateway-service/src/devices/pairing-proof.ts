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
import { PAIRING_PROOF_MAX_AGE_S } from './limits.js';

const MS_PER_S = 1000;

export interface ProofCheck {
  readonly verifier: SignatureVerifier;
  readonly gatewayId: string;
  readonly nowMs: number;
}

/**
 * Checks that the device holds the private half of `deviceKey` and means this gateway and this code.
 * @param publicKey `deviceKey` decoded
 * @throws DeviceError `PAIRING_PROOF_INVALID`
 */
export function checkPairingProof(
  { proof, pairingCode, deviceKey }: RegisterDevice,
  publicKey: Uint8Array,
  { verifier, gatewayId, nowMs }: ProofCheck,
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
      if (Math.abs(nowMs / MS_PER_S - claims.iat) > PAIRING_PROOF_MAX_AGE_S) {
        return `its iat is more than ${PAIRING_PROOF_MAX_AGE_S} s off the gateway's clock`;
      }
      return undefined;
    } catch (cause) {
      if (cause instanceof CryptoError) return cause.message;
      throw cause;
    }
  }
}
