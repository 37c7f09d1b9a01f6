import { sha256, signJws, signerFromSeed, toBase64url, utf8 } from '@careledger/crypto';
import type { Signer } from '@careledger/crypto';
import { deviceIdOf, patientIdOf } from '@careledger/domain';
import { makeStatement } from '@careledger/statements';
import { STATEMENT_TYP } from '../src/block/statement.js';
import { FRAME_TYP } from '../src/frame/frame.js';
import type { FramePayloadV1, FramePayloadV2 } from '../src/frame/frame.js';

/** Who takes part: keys from fixed seeds, so that the vectors come out the same each time. */

export const NETWORK = 'testnet';
export const EPOCH = 'epoch-1';
/** 2026-01-05T08:00:00Z. */
export const START_MS = Date.UTC(2026, 0, 5, 8);

/** A signer whose seed is the hash of a name. Test keys: never use them for anything else. */
export function signerNamed(name: string): Signer {
  return signerFromSeed(sha256(`careledger test key ${name}`));
}

export function publicKeyOf(signer: Signer): string {
  return toBase64url(signer.publicKey);
}

/** A hash that belongs to nothing, different for each name. */
export function hashNamed(name: string): string {
  return toBase64url(sha256(name));
}

/** A statement ID, fixed by a name. */
function sidNamed(name: string): string {
  return toBase64url(sha256(name).subarray(0, 16));
}

export const consent = signerNamed('consent');
export const gateway = signerNamed('gateway');
export const nextGateway = signerNamed('next gateway');
export const thief = signerNamed('thief');
export const device = signerNamed('device');

export const patientId = patientIdOf(consent.publicKey, sha256);
export const deviceId = deviceIdOf(device.publicKey, sha256);
export const devices = { [device.kid]: { deviceId, publicKey: publicKeyOf(device) } };

/** A statement by the patient, fixed in time and ID. */
export function statement(typ: string, body: object, signer: Signer, changes: object = {}): string {
  const sid = sidNamed(`${typ} ${JSON.stringify(body)}`);
  return makeStatement(
    {
      typ,
      iss: patientId,
      aud: NETWORK,
      channels: ['authorities', 'cloud'],
      sid,
      iat: START_MS / 1000,
      body,
      ...changes,
    },
    signer,
  );
}

/** The patient's registration, which appoints the gateway key. */
export function registration(
  by: Signer = consent,
  appointed: Signer = gateway,
  network: string = NETWORK,
): string {
  const gatewayKeyProof = statement(
    'careledger.key-proof+jws',
    { subject: patientId, key: publicKeyOf(appointed) },
    appointed,
    { aud: network },
  );
  const body = {
    consentKey: publicKeyOf(consent),
    gatewayKey: publicKeyOf(appointed),
    gatewayKeyProof,
    encryptionKey: hashNamed('encryption key'),
  };
  return statement(STATEMENT_TYP.registration, body, by, { aud: network });
}

/** A reading of 100 mg/dL and more, a minute apart per counter. */
export function payload(seq: number, prev: string, changes: Partial<FramePayloadV1> = {}): FramePayloadV1 {
  const t = new Date(START_MS + seq * 60_000).toISOString();
  const reading = { t, code: '2339-0', value: 100 + seq, unit: 'mg/dL' };
  return { v: 1, epoch: EPOCH, seq, prev, sent: t, readings: [reading], ...changes };
}

/** The same measurement in a frame of v 2, by a device with a clock. `changes` leave members out that are undefined. */
export function payloadV2(seq: number, prev: string, changes: object = {}): FramePayloadV2 {
  return { ...payload(seq, prev), v: 2, by: 'device', ...changes };
}

/** The frame that takes the place of a refused one. */
export function voidPayload(seq: number, prev: string, leaf: string, reason = 'WRONG_UNIT'): FramePayloadV2 {
  return payloadV2(seq, prev, { readings: undefined, void: { leaf, reason } });
}

/** Signs whatever it is given, so that wrong frames can be made too. */
export function sign(members: object | string, signer: Signer = device, typ: string = FRAME_TYP): string {
  const bytes = utf8(typeof members === 'string' ? members : JSON.stringify(members));
  return signJws({ typ, payload: bytes }, signer);
}
