import { expect, test } from '@jest/globals';
import { resultPacket, topicField } from './answer-packets.js';
import { PacketStream } from './packet-stream.js';

const PINGREQ = Buffer.from([0xc0, 0]);
const SUBSCRIBE = Buffer.from([0x82, 6, 0, 1, 0, 1, 0x61, 0]);
const TOPIC = Buffer.from([0, 1, 0x61]);
const CHUNK_SIZES = [1, 2, 3, 7, 1000, 100_000];

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

/** Reads everything, in chunks of a size. Returns what is taken out and what is left, in the order in which it came. */
function readAll(
  bytes: Buffer,
  { maxBytes = 16_384, size = bytes.length, takesPublishes = true, takesUpTo = Number.POSITIVE_INFINITY },
) {
  const read: { taken?: Buffer; left?: Buffer }[] = [];
  const stream = new PacketStream(maxBytes, {
    takesPublishes,
    isBusy: false,
    take: (_firstByte, body) => read.push({ taken: Buffer.from(body) }) < takesUpTo,
  });
  for (let at = 0; at < bytes.length; at += size) {
    let chunk: Buffer | undefined = bytes.subarray(at, at + size);
    for (; chunk !== undefined && !stream.isOver; chunk = stream.takeHeld()) {
      const left = stream.accept(chunk);
      if (left.length > 0) read.push({ left: Buffer.from(left) });
    }
  }
  const taken = read.flatMap((one) => one.taken ?? []);
  const left = Buffer.concat(read.flatMap((one) => one.left ?? []));
  return { stream, read, taken, left };
}

test('packets of any size up to the limit pass, however they are cut into chunks', () => {
  const lengths = [3, 4, 127, 128, 1000, 16_384, 5, 3];
  const bytes = Buffer.concat(lengths.map(packet));
  for (const size of CHUNK_SIZES) {
    const { stream, taken, left } = readAll(bytes, { size });
    expect(stream.fault).toBeUndefined();
    expect(taken.map(({ length }) => length)).toEqual(lengths);
    expect(left.length).toBe(0);
  }
});

test('what is no PUBLISH is left for the parser whole, and so is everything while nothing is taken', () => {
  const bytes = Buffer.concat([packet(5), SUBSCRIBE, PINGREQ, packet(300), PINGREQ]);
  for (const size of CHUNK_SIZES) {
    expect(readAll(bytes, { size }).left).toEqual(Buffer.concat([SUBSCRIBE, PINGREQ, PINGREQ]));
    expect(readAll(bytes, { size, takesPublishes: false }).left).toEqual(bytes);
  }
});

test('a PUBLISH behind another packet is not taken before that is left', () => {
  const { read } = readAll(Buffer.concat([packet(5), SUBSCRIBE, packet(4), packet(3), PINGREQ]), {});
  const order = read.map(({ taken, left }) => (taken === undefined ? left : taken.length));
  expect(order).toEqual([5, SUBSCRIBE, 4, 3, PINGREQ]);
});

test('what a chunk brings while the taker is busy is held for later, to the packet', () => {
  const taken: number[] = [];
  const taker = {
    takesPublishes: true,
    isBusy: false,
    take: (_firstByte: number, { length }: Buffer) => {
      taker.isBusy = taken.push(length) === 2;
      return true;
    },
  };
  const stream = new PacketStream(16_384, taker);
  expect(stream.accept(Buffer.concat([packet(5), packet(4), packet(3), PINGREQ]))).toHaveLength(0);
  expect([taken, stream.isOver]).toEqual([[5, 4], false]);
  taker.isBusy = false;
  const held = stream.takeHeld();
  expect(stream.accept(held ?? Buffer.alloc(0))).toEqual(PINGREQ);
  expect(taken).toEqual([5, 4, 3]);
});

test('nothing is read once the taker wants no more', () => {
  const { stream, taken, left } = readAll(Buffer.concat([packet(5), packet(4), packet(3), PINGREQ]), {
    takesUpTo: 2,
  });
  expect(taken).toHaveLength(2);
  expect(left.length).toBe(0);
  expect(stream).toMatchObject({ isOver: true, fault: undefined });
});

test('a packet over the limit, or with a length of five digits, is refused at its header', () => {
  const tooLarge = packet(16_385).subarray(0, 4);
  expect(readAll(tooLarge, {}).stream.fault?.code).toBe('PACKET_TOO_LARGE');
  const fiveDigits = Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff]);
  expect(readAll(fiveDigits, { maxBytes: 2 ** 30 }).stream.fault?.code).toBe('PACKET_MALFORMED');
});

test('a result packet is one that the stream and any client can read, also beyond 127 bytes', () => {
  for (const topic of [
    't',
    'careledger/v1/a/dev_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/results',
    'x'.repeat(200),
  ]) {
    const bytes = resultPacket(topicField(topic), { seq: 1, status: 'stored', height: 2 });
    const { stream, taken, left } = readAll(Buffer.concat([bytes, PINGREQ]), { maxBytes: bytes.length });
    expect(stream.isOver).toBe(false);
    expect(left).toEqual(PINGREQ);
    expect(taken).toHaveLength(1);
    expect(bytes.toString('latin1')).toContain(`${topic}{"seq":1,"status":"stored","height":2}`);
  }
});
