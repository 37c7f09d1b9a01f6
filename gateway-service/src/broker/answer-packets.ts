import type { DeviceResult } from '@careledger/protocol';

/** First byte and length of a CONNACK (MQTT 3.1.1 section 3.2). */
const CONNACK = 0x20;
const CONNACK_LENGTH = 2;
/** First byte and length of a PUBACK (MQTT 3.1.1 section 3.4). */
const PUBACK = 0x40;
const PUBACK_LENGTH = 2;
const PUBACK_BYTES = 4;
/** First byte of a PUBLISH with QoS 0, neither retained nor repeated (MQTT 3.1.1 section 3.3.1). */
const PUBLISH_QOS_0 = 0x30;
const TOPIC_LENGTH_BYTES = 2;
const ONE_DIGIT_MAX = 0x7f;
const CONTINUES = 0x80;

/** Everything of a topic's PUBLISH packets that stays the same: its length and its bytes. */
export function topicField(topic: string): Buffer {
  const bytes = Buffer.alloc(TOPIC_LENGTH_BYTES + topic.length);
  bytes.writeUInt16BE(topic.length, 0);
  bytes.write(topic, TOPIC_LENGTH_BYTES, 'latin1');
  return bytes;
}

/** A result as a whole PUBLISH packet. Written by hand because one goes out for every frame that comes in. */
export function resultPacket(topic: Uint8Array, result: DeviceResult): Buffer {
  const payload = JSON.stringify(result);
  const length = topic.length + Buffer.byteLength(payload);
  const lengthBytes = length > ONE_DIGIT_MAX ? 2 : 1;
  const packet = Buffer.allocUnsafe(1 + lengthBytes + length);
  packet[0] = PUBLISH_QOS_0;
  packet[1] = lengthBytes === 1 ? length : (length & ONE_DIGIT_MAX) | CONTINUES;
  if (lengthBytes === 2) packet[2] = length >> 7;
  packet.set(topic, 1 + lengthBytes);
  packet.write(payload, 1 + lengthBytes + topic.length);
  return packet;
}

/** Refuses a CONNECT, without a session (MQTT 3.1.1 section 3.2). */
export function connackPacket(returnCode: number): Uint8Array {
  return Uint8Array.of(CONNACK, CONNACK_LENGTH, 0, returnCode);
}

/** What is written to a connection: a whole packet, or the packet id of a PUBLISH that is acknowledged. */
export type Answer = Uint8Array | number;

/** The packets of all answers, in their order. */
export function answerBytes(answers: readonly Answer[]): Buffer {
  let length = 0;
  for (const answer of answers) length += typeof answer === 'number' ? PUBACK_BYTES : answer.length;
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const answer of answers) {
    if (typeof answer === 'number') {
      bytes[at++] = PUBACK;
      bytes[at++] = PUBACK_LENGTH;
      bytes[at++] = answer >> 8;
      bytes[at++] = answer & 0xff;
    } else {
      bytes.set(answer, at);
      at += answer.length;
    }
  }
  return bytes;
}
