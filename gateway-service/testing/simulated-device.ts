import {
  generateEd25519,
  randomId128,
  sha256,
  signJws,
  toBase64url,
  utf8,
  type Signer,
} from '@careledger/crypto';
import { deviceIdOf } from '@careledger/domain';
import {
  frameOrigin,
  makeFrame,
  nodeMerkleHasher,
  makeHello,
  type FramePayloadV1,
  type FramePayloadV2,
  type FrameReading,
  type HelloPayload,
} from '@careledger/private-chain';
import { DEVICE_TOKEN_TYP, PAIRING_PROOF_TYP, type RegisterDevice } from '@careledger/protocol';

const TOKEN_LIFETIME_S = 300;

/** A frame with what a test wants to know of it. */
export interface MadeFrame {
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly leaf: string;
}

/** A device for tests: really signs. Not exported by the package. */
export class SimulatedDevice {
  readonly signer: Signer = generateEd25519().signer;
  readonly deviceId = deviceIdOf(this.signer.publicKey, sha256);
  epoch = 'none';
  seq = 0;
  prev = '';

  constructor(
    readonly codes: readonly string[] = ['2339-0'],
    readonly type = 'continuous-glucose-monitor',
  ) {}

  /** The body of its registration. */
  registration(pairingCode: string, gatewayId: string, nowMs: number): RegisterDevice {
    const deviceKey = toBase64url(this.signer.publicKey);
    const payload = { aud: gatewayId, pairingCode, deviceKey, iat: Math.floor(nowMs / 1000) };
    return {
      pairingCode,
      deviceKey,
      proof: signJws({ typ: PAIRING_PROOF_TYP, payload }, this.signer),
      profile: { type: this.type, codes: [...this.codes] },
    };
  }

  /** Begins an epoch. */
  begin(epoch: string): this {
    this.epoch = epoch;
    this.seq = 0;
    this.prev = frameOrigin(this.deviceId, epoch, sha256);
    return this;
  }

  token(gatewayId: string, nowMs: number, claims: Record<string, unknown> = {}): string {
    const iat = Math.floor(nowMs / 1000);
    const payload = {
      iss: this.deviceId,
      sub: this.deviceId,
      aud: gatewayId,
      iat,
      exp: iat + TOKEN_LIFETIME_S,
      jti: randomId128(),
      ...claims,
    };
    return signJws({ typ: DEVICE_TOKEN_TYP, payload }, this.signer);
  }

  /** The next frame of its chain. `change` alters what is signed; the device's own place moves on as if it had not. */
  frame(nowMs: number, readings?: readonly FrameReading[], change: Partial<FramePayloadV1> = {}): MadeFrame {
    const sent = new Date(nowMs).toISOString();
    const payload: FramePayloadV1 = {
      v: 1,
      epoch: this.epoch,
      seq: this.seq,
      prev: this.prev,
      sent,
      readings: readings ?? [glucose(nowMs, 104)],
      ...change,
    };
    return this.#sign(payload);
  }

  /** The next frame, of v 2: what is given stands beside its place in the chain, instead of what would be. */
  frameV2(members: object): MadeFrame {
    const { epoch, seq, prev } = this;
    return this.#sign({ v: 2, epoch, seq, prev, by: 'device', ...members } as FramePayloadV2);
  }

  /** The next frame, of v 2, of a device without a clock: readings of 104 mg/dL, each this long after the boot. */
  frameOfBoot(boot: string, up: number, readingsUp: readonly number[] = [up]): MadeFrame {
    const readings = readingsUp.map((at) => ({ up: at, code: '2339-0', value: 104, unit: 'mg/dL' }));
    return this.frameV2({ boot, up, readings });
  }

  /** @param clock `{sent}`, or `{boot, up}` */
  hello(nonce: string | null, clock: { sent: string } | { boot: string; up: number }): Uint8Array {
    const payload: HelloPayload = { v: 2, epoch: this.epoch, nonce, ...clock };
    return utf8(makeHello(payload, this.signer));
  }

  #sign(payload: FramePayloadV1 | FramePayloadV2): MadeFrame {
    const bytes = utf8(makeFrame(payload, this.signer));
    const leaf = nodeMerkleHasher.leaf(bytes);
    this.seq++;
    this.prev = leaf;
    return { seq: payload.seq, bytes, leaf };
  }

  /** Signs whatever is given, well-formed or not. */
  rawFrame(payload: string, typ = 'careledger.frame+jws'): Uint8Array {
    return utf8(signJws({ typ, payload: utf8(payload) }, this.signer));
  }
}

/** A glucose reading. */
export function glucose(timeMs: number, value: number, unit = 'mg/dL'): FrameReading {
  return { t: new Date(timeMs).toISOString(), code: '2339-0', value, unit };
}
