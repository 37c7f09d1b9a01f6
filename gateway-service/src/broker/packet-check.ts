import { isUtf8 } from 'node:buffer';

/** Control packet types (MQTT 3.1.1 section 2.2.1). */
const CONNECT = 1;
const PUBLISH = 3;
const PUBACK = 4;
const PUBREC = 5;
const PUBREL = 6;
const PUBCOMP = 7;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
const PINGREQ = 12;
const DISCONNECT = 14;

/** What a packet breaks: its connection ends; `connack` is the return code that is sent before. */
export interface PacketFault {
  /** Says which rule of MQTT 3.1.1, for the log. */
  readonly rule: string;
  readonly connack?: number;
}

/** Return codes of a CONNACK (section 3.2.2.3). */
const UNACCEPTABLE_PROTOCOL_VERSION = 1;
const IDENTIFIER_REJECTED = 2;

/** Names of the protocol with the one level that is spoken under each. */
const LEVELS: ReadonlyMap<string, number> = new Map([
  ['MQTT', 4],
  ['MQIsdp', 3],
]);

/** CONNECT flags (section 3.1.2.3). */
const RESERVED = 0x01;
const CLEAN_SESSION = 0x02;
const WILL = 0x04;
const WILL_QOS = 0x18;
const WILL_RETAIN = 0x20;
const PASSWORD = 0x40;
const USER_NAME = 0x80;

/** Bits of the first byte (section 2.2.2). */
const FLAGS = 0x0f;
const QOS = 0x06;
const DUP = 0x08;
/** Flags that all but PUBLISH must have. */
const FLAGS_OF_REQUESTS = 0x02;
const WILDCARD = /[+#]/;
const PLUS = 0x2b;
const HASH = 0x23;
const ASCII_MAX = 0x7f;
/** A text follows its length, two bytes (section 1.5.3). */
const TEXT_AT = 2;

/** Whether a packet with this first byte is a PUBLISH. */
export const isPublish = (firstByte: number): boolean => firstByte >> 4 === PUBLISH;

/**
 * Bytes behind the fixed header that `checkPacket` has to see: all of a packet, but of a PUBLISH the topic and the packet
 * identifier alone, so that a frame is not buffered twice.
 * @param seen the first of them; the answer grows until the topic's length is among them
 */
export function bytesToCheck(firstByte: number, length: number, seen: Uint8Array): number {
  if (!isPublish(firstByte)) return length;
  if (seen.length < 2) return Math.min(length, 2);
  return Math.min(length, 2 + lengthAt(seen, 0) + ((firstByte & QOS) === 0 ? 0 : 2));
}

/**
 * What a packet from a client breaks of MQTT 3.1.1; undefined if nothing. The parser behind reads over the end of a packet
 * whose inner lengths are wrong, and lets texts and identifiers through that the standard forbids.
 * @param body as many bytes behind the fixed header as `bytesToCheck` says
 */
export function checkPacket(firstByte: number, body: Buffer): PacketFault | undefined {
  const type = firstByte >> 4;
  const flags = firstByte & FLAGS;
  if (type === PUBLISH) return checkPublish(flags, body);
  const expected = type === PUBREL || type === SUBSCRIBE || type === UNSUBSCRIBE ? FLAGS_OF_REQUESTS : 0;
  if (flags !== expected) return { rule: 'MQTT-2.2.2-2: reserved flags' };
  switch (type) {
    case CONNECT:
      return checkConnect(body);
    case PUBACK:
    case PUBREC:
    case PUBREL:
    case PUBCOMP:
      return body.length === 2 ? checkIdentifier(body, 0) : { rule: '3.4: two bytes follow' };
    case SUBSCRIBE:
      return checkTopics(body, { hasQos: true });
    case UNSUBSCRIBE:
      return checkTopics(body, { hasQos: false });
    case PINGREQ:
    case DISCONNECT:
      return body.length === 0 ? undefined : { rule: '3.12, 3.14: nothing follows' };
    default:
      return { rule: '2.2.1: a client does not send this packet' };
  }
}

function checkConnect(body: Buffer): PacketFault | undefined {
  const fields = new Fields(body);
  const protocol = fields.text();
  const level = fields.byte();
  const flags = fields.byte();
  if (protocol === undefined || level === undefined) return { rule: '3.1.2: protocol name and level' };
  const spoken = LEVELS.get(protocol);
  if (spoken === undefined) return { rule: 'MQTT-3.1.2-1: protocol name' };
  if (level !== spoken)
    return { rule: 'MQTT-3.1.2-2: protocol level', connack: UNACCEPTABLE_PROTOCOL_VERSION };
  if (flags === undefined || (flags & RESERVED) !== 0) return { rule: 'MQTT-3.1.2-3: reserved flag' };
  const hasWill = (flags & WILL) !== 0;
  if (!hasWill && (flags & (WILL_QOS | WILL_RETAIN)) !== 0)
    return { rule: 'MQTT-3.1.2-13, -15: a will’s flags without a will' };
  if ((flags & WILL_QOS) === WILL_QOS) return { rule: 'MQTT-3.1.2-14: QoS 3 of a will' };
  if ((flags & USER_NAME) === 0 && (flags & PASSWORD) !== 0)
    return { rule: 'MQTT-3.1.2-22: a password without a user name' };
  fields.bytes(2); // keep alive
  const clientId = fields.text();
  if (hasWill) {
    const topic = fields.text();
    if (topic === undefined || topic === '' || WILDCARD.test(topic))
      return { rule: '3.1.3.2: topic of a will' };
    fields.binary();
  }
  if ((flags & USER_NAME) !== 0 && fields.text() === undefined) return { rule: '3.1.3.4: user name' };
  if ((flags & PASSWORD) !== 0) fields.binary();
  if (clientId === undefined || !fields.isWhole) return { rule: '3.1.3: payload' };
  if (clientId === '' && (flags & CLEAN_SESSION) === 0)
    return { rule: 'MQTT-3.1.3-8: no client id for a session that stays', connack: IDENTIFIER_REJECTED };
  return undefined;
}

/** QoS of a PUBLISH (section 3.3.1.2). */
export const qosOf = (firstByte: number): number => (firstByte & QOS) >> 1;

function checkPublish(flags: number, head: Buffer): PacketFault | undefined {
  const qos = qosOf(flags);
  if (qos === 3) return { rule: 'MQTT-3.3.1-4: QoS 3' };
  if (qos === 0 && (flags & DUP) !== 0) return { rule: 'MQTT-3.3.1-2: repeated with QoS 0' };
  const end = TEXT_AT + lengthAt(head, 0);
  if (!isTopicName(head, end)) return { rule: '3.3.2.1: topic' };
  return qos === 0 ? undefined : checkIdentifier(head, end);
}

/**
 * Whether a topic that is not empty lies in `bytes` behind its length, up to `end`: UTF-8 without NUL and wildcards. Byte
 * by byte, because one comes with every frame.
 */
function isTopicName(bytes: Buffer, end: number): boolean {
  if (end === TEXT_AT || end > bytes.length) return false;
  let isAscii = true;
  for (let at = TEXT_AT; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0 || byte === PLUS || byte === HASH) return false;
    if (byte > ASCII_MAX) isAscii = false;
  }
  return isAscii || isUtf8(bytes.subarray(TEXT_AT, end));
}

function checkTopics(body: Buffer, { hasQos }: { readonly hasQos: boolean }): PacketFault | undefined {
  const fault = checkIdentifier(body, 0);
  if (fault !== undefined) return fault;
  const fields = new Fields(body, 2);
  if (fields.isWhole) return { rule: 'MQTT-3.8.3-3, -3.10.3-2: no topic filter' };
  while (!fields.isWhole) {
    const filter = fields.text();
    if (filter === undefined || filter === '') return { rule: 'MQTT-3.8.3-1, -4.7.3-1: topic filter' };
    if (!hasQos) continue;
    const qos = fields.byte();
    if (qos === undefined || qos > 2) return { rule: 'MQTT-3-8.3-4: requested QoS' };
  }
  return undefined;
}

const checkIdentifier = (body: Buffer, at: number): PacketFault | undefined =>
  body.length < at + 2 || lengthAt(body, at) === 0 ? { rule: 'MQTT-2.3.1-1: packet identifier' } : undefined;

/** Two bytes, the higher one first. */
const lengthAt = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

/** Reads fields one after the other; nothing beyond the end. */
class Fields {
  readonly #body: Buffer;
  #isShort = false;

  constructor(
    body: Buffer,
    /** Where the next field begins. */
    public at = 0,
  ) {
    this.#body = body;
  }

  /** Whether what was read ended exactly where the packet does. */
  get isWhole(): boolean {
    return !this.#isShort && this.at === this.#body.length;
  }

  bytes(count: number): Buffer | undefined {
    if (this.at + count > this.#body.length) {
      this.#isShort = true;
      return undefined;
    }
    this.at += count;
    return this.#body.subarray(this.at - count, this.at);
  }

  byte(): number | undefined {
    return this.bytes(1)?.[0];
  }

  binary(): Buffer | undefined {
    const length = this.bytes(2);
    return length === undefined ? undefined : this.bytes(lengthAt(length, 0));
  }

  /** Well-formed UTF-8 without NUL (section 1.5.3); surrogates are not well-formed. */
  text(): string | undefined {
    const bytes = this.binary();
    return bytes === undefined || !isUtf8(bytes) || bytes.includes(0) ? undefined : bytes.toString('utf8');
  }
}
