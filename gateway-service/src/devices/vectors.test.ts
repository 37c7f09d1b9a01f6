import { fromBase64url, kidOf, nodeVerifier, sha256 } from '@careledger/crypto';
import { deviceIdOf } from '@careledger/domain';
import { frameOrigin } from '@careledger/private-chain';
import { RegisterDevice, framesTopic, resultsTopic } from '@careledger/protocol';
import { loadVectors } from '@careledger/spec';
import { describe, expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import type { Device } from './device.js';
import { checkPairingProof } from './pairing-proof.js';
import { checkDeviceToken } from './token.js';

/** As `spec/device.md` describes the files. */
type DeviceVector = { readonly description: string } & (
  | {
      readonly type: 'ids';
      readonly deviceKey: string;
      readonly kid: string;
      readonly deviceId: string;
      readonly framesTopic: string;
      readonly resultsTopic: string;
      readonly epoch: string;
      readonly origin: string;
    }
  | {
      readonly type: 'pairing-proof';
      readonly request: RegisterDevice;
      readonly gatewayId: string;
      readonly now: number;
      readonly code?: string;
    }
  | {
      readonly type: 'token';
      readonly token: string;
      readonly deviceKey: string;
      readonly gatewayId: string;
      readonly now: number;
      readonly code?: string;
    }
);

const verifier = nodeVerifier();

function judge(vector: DeviceVector): void {
  if (vector.type === 'ids') return;
  const check = { verifier, gatewayId: vector.gatewayId, nowMs: vector.now * 1000 };
  if (vector.type === 'pairing-proof') {
    expect(Value.Check(RegisterDevice, vector.request)).toBe(true);
    checkPairingProof(vector.request, fromBase64url(vector.request.deviceKey), check);
    return;
  }
  const publicKey = fromBase64url(vector.deviceKey);
  const registered = {
    deviceId: deviceIdOf(publicKey, sha256),
    publicKey: fromBase64url(vector.deviceKey),
    kid: kidOf('Ed25519', publicKey),
  };
  checkDeviceToken(vector.token, registered as Device, check);
}

const [valid, invalid] = [
  loadVectors<DeviceVector>('valid', 'device'),
  loadVectors<DeviceVector & { readonly code: string }>('invalid', 'device'),
];

describe('vectors of the device protocol', () => {
  test.each(valid.map((vector) => [vector.name, vector] as const))('valid: %s', (_name, vector) => {
    expect(() => judge(vector)).not.toThrow();
  });

  test.each(invalid.map((vector) => [vector.name, vector] as const))('invalid: %s', (_name, vector) => {
    expect(() => judge(vector)).toThrow(expect.objectContaining({ code: vector.code }));
  });

  test('ids and topics follow from the key', () => {
    for (const vector of valid) {
      if (vector.type !== 'ids') continue;
      const publicKey = fromBase64url(vector.deviceKey);
      const deviceId = deviceIdOf(publicKey, sha256);
      expect({
        kid: kidOf('Ed25519', publicKey),
        deviceId,
        framesTopic: framesTopic(deviceId),
        resultsTopic: resultsTopic(deviceId),
        origin: frameOrigin(deviceId, vector.epoch, sha256),
      }).toEqual({
        kid: vector.kid,
        deviceId: vector.deviceId,
        framesTopic: vector.framesTopic,
        resultsTopic: vector.resultsTopic,
        origin: vector.origin,
      });
    }
    expect(valid.some(({ type }) => type === 'ids')).toBe(true);
  });
});
