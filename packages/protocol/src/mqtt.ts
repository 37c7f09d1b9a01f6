import { Timestamp, type DeviceId } from '@careledger/domain';
import { Type, type Static } from 'typebox';

/** First levels of every topic. */
const TOPIC_ROOT = 'careledger/v1';

/** The character of a device id that spreads devices over subscribers: the last one, as uniform as the hash it ends. */
const shardOf = (deviceId: string): string => deviceId.slice(-1);

/** Where a device publishes its frames (QoS 1, one compact JWS a message). The topic carries no patient id. */
export const framesTopic = (deviceId: string): string =>
  `${TOPIC_ROOT}/${shardOf(deviceId)}/${deviceId}/frames`;

/** Where the gateway publishes what became of each frame. */
export const resultsTopic = (deviceId: string): string =>
  `${TOPIC_ROOT}/${shardOf(deviceId)}/${deviceId}/results`;

/** What a gateway's client of an external broker subscribes to; `shard` is one character of [a-z2-7]. */
export const framesFilter = (shard: string): string => `${TOPIC_ROOT}/${shard}/+/frames`;

/** The device id of a frames topic; undefined for any other topic, or one whose shard is not the device's. */
export function deviceOfFramesTopic(topic: string): DeviceId | undefined {
  const [root, version, shard, deviceId, leaf, ...rest] = topic.split('/');
  if (`${root}/${version}` !== TOPIC_ROOT || leaf !== 'frames' || rest.length > 0 || deviceId === undefined)
    return undefined;
  return shardOf(deviceId) === shard ? deviceId : undefined;
}

/** Bytes of one frame, MQTT and HTTP alike. */
export { MAX_FRAME_BYTES as FRAME_MAX_BYTES } from '@careledger/private-chain/verify';
/** Lifetime at most of a device's JWT (MQTT password, HTTP bearer), in seconds. */
export const DEVICE_TOKEN_MAX_AGE_S = 600;
/** `typ` of the JWT with which a device authenticates: header {alg: EdDSA, typ, kid}; claims iss = sub = device id, aud, iat, exp, jti, and nonce where the gateway gave one. */
export const DEVICE_TOKEN_TYP = 'careledger.device-token+jwt';

/** When the gateway said so, by its clock. */
const gatewayTime = Type.Optional(Timestamp);

/** What became of a frame, on the results topic and as HTTP answer. */
export const FrameResult = Type.Object(
  {
    /** The frame's sequence number; null where it could not be read. */
    seq: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
    status: Type.Union([Type.Literal('stored'), Type.Literal('duplicate'), Type.Literal('rejected')]),
    /** Why it was rejected, e.g. `FRAME_PREV_MISMATCH`; absent otherwise. */
    code: Type.Optional(Type.String()),
    /** The member in question, and what it should be; for people. */
    detail: Type.Optional(Type.String()),
    /** The same frame may be taken later. Where this is absent, a rejected frame never is. */
    again: Type.Optional(Type.Literal(true)),
    /** Height of the block that the frame will be, or was, sealed in. */
    height: Type.Optional(Type.Integer({ minimum: 0 })),
    gatewayTime,
  },
  { title: 'FrameResult' },
);
export type FrameResult = Static<typeof FrameResult>;

/** What became of a hello, on the results topic. */
export const HelloResult = Type.Object(
  {
    /** `nonce`: sign a hello with this one; `later`: say hello again in a minute, the gateway's own clock is not proved. */
    hello: Type.Union([
      Type.Literal('taken'),
      Type.Literal('nonce'),
      Type.Literal('later'),
      Type.Literal('rejected'),
    ]),
    nonce: Type.Optional(Type.String()),
    /** What the gateway adds to the device's times from now on; absent without a clock. */
    offsetMs: Type.Optional(Type.Integer()),
    /** Why it was rejected. */
    code: Type.Optional(Type.String()),
    detail: Type.Optional(Type.String()),
    gatewayTime,
  },
  { title: 'HelloResult' },
);
export type HelloResult = Static<typeof HelloResult>;

/** What comes on a results topic. */
export type DeviceResult = FrameResult | HelloResult;
