import { generateEd25519, signJws, toBase64url, type Signer } from '@careledger/crypto';
import {
  DEVICE_TOKEN_MAX_AGE_S,
  DEVICE_TOKEN_TYP,
  DeviceRegistration,
  PAIRING_PROOF_TYP,
  type PairingProof,
  type RegisterDevice,
} from '@careledger/protocol';
import { Value } from 'typebox/value';
import { tokenSeconds, wallClock, type DeviceClock } from './clock.js';

/** Where a device pairs, and what the patient's app gave it. */
export interface PairingOptions {
  /** The gateway's HTTP address, e.g. `http://127.0.0.1:8080`. */
  readonly gatewayUrl: string;
  /** The gateway's id, as the pairing code's issuer states it: audience of the proof. */
  readonly gatewayId: string;
  /** One-time code from `POST /v1/patients/{patientId}/pairing-codes`. */
  readonly pairingCode: string;
  /** What the device is, e.g. `continuous-glucose-monitor`. */
  readonly type: string;
  /** LOINC codes that it will send. */
  readonly codes: readonly string[];
  /** The device's key, where it has one already. */
  readonly signer?: Signer;
}

/** A device's own state: its key never leaves it. */
export interface PairedDevice {
  readonly signer: Signer;
  readonly registration: DeviceRegistration;
}

/** Makes a key on the device, unless it has one, and registers it with a proof of possession. */
export async function pairDevice(options: PairingOptions): Promise<PairedDevice> {
  const signer = options.signer ?? generateEd25519().signer;
  const deviceKey = toBase64url(signer.publicKey);
  const proof: PairingProof = {
    aud: options.gatewayId,
    pairingCode: options.pairingCode,
    deviceKey,
    // Compared with no clock: the code says that the proof is fresh.
    iat: Math.floor(Date.now() / 1000),
  };
  const request: RegisterDevice = {
    pairingCode: options.pairingCode,
    deviceKey,
    proof: signJws({ typ: PAIRING_PROOF_TYP, payload: proof }, signer),
    profile: { type: options.type, codes: [...options.codes] },
  };
  const response = await fetch(new URL('/v1/devices', options.gatewayUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  const body: unknown = await response.json();
  if (!response.ok)
    throw new Error(`The gateway refused the pairing (${response.status}): ${JSON.stringify(body)}`);
  return { signer, registration: Value.Parse(DeviceRegistration, body) };
}

export interface TokenOptions {
  readonly clock?: DeviceClock;
  /** As the gateway gave it: with it, the clock need not be right. */
  readonly nonce?: string | undefined;
}

/** The short-lived JWT that is the device's MQTT password and HTTP bearer token. */
export function deviceToken(
  { signer, registration }: PairedDevice,
  { clock = wallClock(), nonce }: TokenOptions = {},
): string {
  const nowS = tokenSeconds(clock);
  const claims = {
    iss: registration.deviceId,
    sub: registration.deviceId,
    aud: registration.gatewayId,
    iat: nowS,
    exp: nowS + DEVICE_TOKEN_MAX_AGE_S,
    jti: crypto.randomUUID(),
    ...(nonce !== undefined && { nonce }),
  };
  return signJws({ typ: DEVICE_TOKEN_TYP, payload: claims }, signer);
}
