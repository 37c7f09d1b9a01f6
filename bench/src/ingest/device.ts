import {
  generateEd25519,
  randomId128,
  sha256,
  signJws,
  toBase64url,
  utf8,
  type Signer,
} from '@careledger/crypto';
import { LOINC } from '@careledger/clinical';
import { deviceIdOf, timestampOf } from '@careledger/domain';
import { frameOrigin, makeFrame, nodeMerkleHasher } from '@careledger/private-chain';
import {
  DEVICE_TOKEN_MAX_AGE_S,
  DEVICE_TOKEN_TYP,
  PAIRING_PROOF_TYP,
  type RegisterDevice,
} from '@careledger/protocol';
import { VERY_LOW } from '../readings.js';

const GLUCOSE = LOINC.glucose;
const READING_INTERVAL_MS = 1_000;

/** What each device is. */
export const DEVICE_PROFILE = { type: 'continuous-glucose-monitor' as const, codes: [GLUCOSE] };

/** A glucose monitor that signs its frames beforehand, one reading each, none of which calls for an alarm unless it is told. */
export class BenchDevice {
  readonly #signer: Signer = generateEd25519().signer;
  readonly deviceId = deviceIdOf(this.#signer.publicKey, sha256);
  /** Raw Ed25519, base64url. */
  readonly deviceKey = toBase64url(this.#signer.publicKey);

  registration(pairingCode: string, gatewayId: string): RegisterDevice {
    const { deviceKey } = this;
    const payload = { aud: gatewayId, pairingCode, deviceKey, iat: nowSeconds() };
    return {
      pairingCode,
      deviceKey,
      proof: signJws({ typ: PAIRING_PROOF_TYP, payload }, this.#signer),
      profile: DEVICE_PROFILE,
    };
  }

  /** MQTT password. */
  token(gatewayId: string): string {
    const iat = nowSeconds();
    const { deviceId } = this;
    const exp = iat + DEVICE_TOKEN_MAX_AGE_S;
    const payload = { iss: deviceId, sub: deviceId, aud: gatewayId, iat, exp, jti: randomId128() };
    return signJws({ typ: DEVICE_TOKEN_TYP, payload }, this.#signer);
  }

  /** The first `count` frames of an epoch, measured up to now; `isInDanger`: each calls for help. */
  frames(epoch: string, count: number, isInDanger = false): Uint8Array[] {
    const frames: Uint8Array[] = [];
    const nowMs = Date.now();
    let prev = frameOrigin(this.deviceId, epoch, sha256);
    for (let seq = 0; seq < count; seq++) {
      const t = timestampOf(nowMs - (count - seq) * READING_INTERVAL_MS);
      const readings = [{ t, code: GLUCOSE, value: isInDanger ? VERY_LOW : 100 + (seq % 40), unit: 'mg/dL' }];
      const frame = utf8(
        makeFrame({ v: 1, epoch, seq, prev, sent: timestampOf(nowMs), readings }, this.#signer),
      );
      prev = nodeMerkleHasher.leaf(frame);
      frames.push(frame);
    }
    return frames;
  }
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
