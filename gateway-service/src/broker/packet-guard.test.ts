import { expect, test } from '@jest/globals';
import { resultPacket, topicField } from './answer-packets.js';
import { PacketGuard } from './packet-guard.js';

const PINGREQ = Buffer.from([0xc0, 0]);
const TOPIC = Buffer.from([0, 1, 0x61]);

/** A PUBLISH packet with this remaining length, 3 or more. */
function packet(length: number): Buffer {
  const digits: number[] = [];
  let rest = length;
  do {
    digits.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([0x30, ...digits]), TOPIC, Buffer.alloc(length - TOPIC.length, 0xff)]);
}

test('packets of any size up to the limit pass, however they are cut into chunks', () => {
  const stream = Buffer.concat([3, 4, 127, 128, 1000, 16_384, 5, 3].map(packet));
  for (const size of [1, 2, 3, 7, 1000, stream.length]) {
    const guard = new PacketGuard(16_384);
    for (let at = 0; at < stream.length; at += size)
      expect(guard.accept(stream.subarray(at, at + size))).toBeUndefined();
  }
});

test('a packet over the limit, or with a length of five digits, is refused at its header', () => {
  expect(new PacketGuard(16_384).accept(packet(16_385).subarray(0, 4))?.code).toBe('PACKET_TOO_LARGE');
  const fiveDigits = Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff]);
  expect(new PacketGuard(2 ** 30).accept(fiveDigits)?.code).toBe('PACKET_MALFORMED');
});

test('a result packet is one that the guard and any client can read, also beyond 127 bytes', () => {
  for (const topic of [
    't',
    'careledger/v1/a/dev_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/results',
    'x'.repeat(200),
  ]) {
    const bytes = resultPacket(topicField(topic), { seq: 1, status: 'stored', height: 2 });
    const guard = new PacketGuard(bytes.length);
    expect(guard.accept(bytes)).toBeUndefined();
    expect(guard.accept(PINGREQ)).toBeUndefined();
    expect(Buffer.from(bytes).toString('latin1')).toContain(`${topic}{"seq":1,"status":"stored","height":2}`);
  }
});
