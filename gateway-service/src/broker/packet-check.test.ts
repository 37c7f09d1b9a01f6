import { describe, expect, test } from '@jest/globals';
import { checkPacket } from './packet-check.js';
import { PacketStream } from './packet-stream.js';

const text = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};
const bytes = (...parts: (number | Buffer)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : part)));
const SURROGATE = Buffer.from([0xed, 0xa0, 0x80]);
const CONNECT = 0x10;
const connect = (level: number, flags: number, ...payload: Buffer[]): Buffer =>
  bytes(text('MQTT'), level, flags, 0, 60, ...payload);

describe('a packet by the standard passes', () => {
  test.each<[string, number, Buffer]>([
    ['CONNECT', CONNECT, connect(4, 0xc2, text('id'), text('user'), text('password'))],
    ['CONNECT of MQTT 3.1', CONNECT, bytes(text('MQIsdp'), 3, 2, 0, 60, text('id'))],
    ['CONNECT with a will', CONNECT, connect(4, 0x2e, text('id'), text('a/b'), text('gone'))],
    ['CONNECT without a client id', CONNECT, connect(4, 2, text(''))],
    ['PUBLISH of QoS 0', 0x30, text('a/b')],
    ['PUBLISH of QoS 1, repeated and retained', 0x3b, bytes(text('a/é'), 1, 0)],
    ['PUBACK', 0x40, bytes(0, 7)],
    ['PUBREL', 0x62, bytes(0, 7)],
    ['SUBSCRIBE', 0x82, bytes(0, 1, text('a/+'), 1, text('b/#'), 2)],
    ['UNSUBSCRIBE', 0xa2, bytes(0, 1, text('a'), text('b'))],
    ['PINGREQ', 0xc0, bytes()],
    ['DISCONNECT', 0xe0, bytes()],
  ])('%s', (_name, firstByte, body) => {
    expect(checkPacket(firstByte, body)).toBeUndefined();
  });
});

describe('a packet against the standard is refused', () => {
  test.each<[string, number, Buffer, number | undefined]>([
    ['protocol level 2', CONNECT, connect(2, 2, text('id')), 1],
    ['protocol level 5', CONNECT, connect(5, 2, text('id')), 1],
    ['protocol level 6', CONNECT, connect(6, 2, text('id')), 1],
    ['the level of a bridge', CONNECT, connect(0x84, 2, text('id')), 1],
    ['MQTT 3.1 under the new name', CONNECT, connect(3, 2, text('id')), 1],
    ['another protocol', CONNECT, bytes(text('HTTP'), 4, 2, 0, 60, text('id')), undefined],
    ['no client id for a session that stays', CONNECT, connect(4, 0, text('')), 2],
    ['NUL in the client id', CONNECT, connect(4, 2, text('i\0d')), undefined],
    ['a surrogate in the client id', CONNECT, connect(4, 2, text(SURROGATE)), undefined],
    ['NUL in the user name', CONNECT, connect(4, 0x82, text('id'), text('\0')), undefined],
    ['the reserved connect flag', CONNECT, connect(4, 3, text('id')), undefined],
    ['a password without a user name', CONNECT, connect(4, 0x42, text('id'), text('p')), undefined],
    ['a will’s QoS without a will', CONNECT, connect(4, 0x0a, text('id')), undefined],
    ['a will of QoS 3', CONNECT, connect(4, 0x1e, text('id'), text('a'), text('')), undefined],
    ['a will to a wildcard', CONNECT, connect(4, 0x06, text('id'), text('a/#'), text('')), undefined],
    ['a will without a message', CONNECT, connect(4, 0x06, text('id'), text('a')), undefined],
    ['a byte behind the payload', CONNECT, connect(4, 2, text('id'), Buffer.from([0])), undefined],
    ['a length beyond the packet', CONNECT, connect(4, 2, Buffer.from([0, 9, 0x69])), undefined],
    ['an empty CONNECT', CONNECT, bytes(), undefined],
    ['flags of a CONNECT', 0x11, connect(4, 2, text('id')), undefined],
    ['QoS 3', 0x36, bytes(text('a'), 0, 1), undefined],
    ['a repeated PUBLISH of QoS 0', 0x38, text('a'), undefined],
    ['packet identifier 0', 0x32, bytes(text('a'), 0, 0), undefined],
    ['no packet identifier', 0x32, text('a'), undefined],
    ['no topic', 0x30, text(''), undefined],
    ['a wildcard in a topic', 0x30, text('a/+'), undefined],
    ['NUL in a topic', 0x30, text('a\0'), undefined],
    ['a topic longer than the packet', 0x30, bytes(0, 9, 0x61), undefined],
    ['a PUBACK of three bytes', 0x40, bytes(0, 1, 0), undefined],
    ['a PUBACK for 0', 0x40, bytes(0, 0), undefined],
    ['flags of a PUBREL', 0x60, bytes(0, 1), undefined],
    ['flags of a SUBSCRIBE', 0x80, bytes(0, 1, text('a'), 0), undefined],
    ['a SUBSCRIBE without topics', 0x82, bytes(0, 1), undefined],
    ['a SUBSCRIBE with identifier 0', 0x82, bytes(0, 0, text('a'), 0), undefined],
    ['a SUBSCRIBE without QoS', 0x82, bytes(0, 1, text('a')), undefined],
    ['a SUBSCRIBE with QoS 3', 0x82, bytes(0, 1, text('a'), 3), undefined],
    ['NUL in a filter', 0x82, bytes(0, 1, text('a\0b'), 0), undefined],
    ['a surrogate in a filter', 0x82, bytes(0, 1, text(SURROGATE), 0), undefined],
    ['an UNSUBSCRIBE without topics', 0xa2, bytes(0, 1), undefined],
    ['an UNSUBSCRIBE of nothing', 0xa2, bytes(0, 1, text('')), undefined],
    ['an UNSUBSCRIBE that is cut', 0xa2, bytes(0, 1, 0, 5, 0x61), undefined],
    ['a PINGREQ with content', 0xc0, bytes(0), undefined],
    ['a DISCONNECT with content', 0xe0, bytes(0), undefined],
    ['a CONNACK from a client', 0x20, bytes(0, 0), undefined],
    ['packet type 0', 0x00, bytes(), undefined],
    ['packet type 15', 0xf0, bytes(), undefined],
  ])('%s', (_name, firstByte, body, connack) => {
    const fault = checkPacket(firstByte, body);
    expect(fault?.rule).toEqual(expect.any(String));
    expect(fault?.connack).toBe(connack);
  });
});

test('however a stream is cut, the same packet is refused, and not before its part that is wrong', () => {
  const frame = bytes(0x32, 0x95, 0x03, text('a'), 0, 1, Buffer.alloc(400));
  const subscribe = bytes(0x82, 6, 0, 1, text('a'), 0);
  const wrong = bytes(0x32, 7, text('a'), 0, 0, 0x7b, 0x7d);
  const stream = bytes(frame, 0xc0, 0, subscribe, wrong);
  const wrongAt = stream.length - 2;
  for (const size of [1, 2, 3, 5, 100, stream.length]) {
    const packets = new PacketStream(1_000, { takesPublishes: false, isBusy: false, take: () => false });
    let read = 0;
    for (; read < stream.length && !packets.isOver; read += size) {
      let chunk: Buffer | undefined = stream.subarray(read, read + size);
      for (; chunk !== undefined && !packets.isOver; chunk = packets.takeHeld()) packets.accept(chunk);
    }
    expect(packets.fault).toMatchObject({
      code: 'PACKET_MALFORMED',
      rule: 'MQTT-2.3.1-1: packet identifier',
    });
    expect(read).toBeGreaterThanOrEqual(wrongAt);
  }
});
