import { DeviceId, Id128, PublicKey, Timestamp, closedObject } from '@careledger/domain';
import { CompactJws } from '@careledger/contracts';
import { Type, type Static } from 'typebox';

/** `typ` of a device's proof of possession: JWS by the device's key over {aud: gateway id, pairingCode, deviceKey, iat}. */
export const PAIRING_PROOF_TYP = 'careledger.pairing-proof+jws';

/** Payload of the pairing proof. */
export const PairingProof = closedObject({
  aud: Type.String(),
  pairingCode: Type.String(),
  deviceKey: PublicKey,
  iat: Type.Integer(),
});
export type PairingProof = Static<typeof PairingProof>;

/** `POST /v1/devices` at the gateway, by the device: no bearer token, the pairing code and the proof are its credentials. */
export const RegisterDevice = closedObject({
  pairingCode: Type.String({ minLength: 8, maxLength: 64 }),
  deviceKey: PublicKey,
  proof: CompactJws,
  profile: closedObject({
    /** What it is, e.g. `continuous-glucose-monitor`. */
    type: Type.String({ minLength: 1, maxLength: 64 }),
    /** LOINC codes that it measures; frames with others are refused. */
    codes: Type.Array(Type.String({ pattern: '^[0-9]{1,7}-[0-9]$' }), {
      minItems: 1,
      maxItems: 64,
      uniqueItems: true,
    }),
  }),
});
export type RegisterDevice = Static<typeof RegisterDevice>;

/** The answer: what the device needs to make frames and to connect. */
export const DeviceRegistration = Type.Object(
  {
    deviceId: DeviceId,
    /** Names this run of sequence numbers, which starts at 0; a re-pairing gives a new one. */
    epoch: Id128,
    /** Audience of its tokens. */
    gatewayId: Type.String(),
    mqttUrl: Type.String(),
    framesTopic: Type.String(),
    resultsTopic: Type.String(),
    registeredAt: Timestamp,
  },
  { title: 'DeviceRegistration' },
);
export type DeviceRegistration = Static<typeof DeviceRegistration>;

/** `GET /v1/device/head` (device token): where the device's chain stands, so that a device that lost its position can go on. */
export const DeviceChainHead = Type.Object(
  {
    deviceId: DeviceId,
    epoch: Id128,
    nextSeq: Type.Integer({ minimum: 0 }),
    /** `prev` of the next frame. */
    prev: Type.String(),
  },
  { title: 'DeviceChainHead' },
);
export type DeviceChainHead = Static<typeof DeviceChainHead>;
