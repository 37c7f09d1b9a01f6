import { once } from 'node:events';
import { connect } from 'node:net';

export type Part = number | string | Uint8Array;

/** A text after its length, two bytes; a number is one byte. */
export const text = (value: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};

/** Parts in a row: a number is a byte, a string its UTF-8. */
export const bytesOf = (...parts: readonly Part[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))));

/** An MQTT packet: the first byte, the length of the rest, the rest. */
export function packetOf(firstByte: number, ...parts: readonly Part[]): Buffer {
  const body = bytesOf(...parts);
  const digits: number[] = [];
  let rest = body.length;
  do {
    digits.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from([firstByte, ...digits]), body]);
}

const PINGREQ = packetOf(0xc0);
const PINGRESP = Buffer.from([0xd0, 0]);

/** What came of a conversation: all that was answered, in hexadecimal, and whether the connection lasts. */
export interface Talk {
  readonly answers: string;
  readonly isOver: boolean;
}

/**
 * Says packets over a new TCP connection, and after them, once `answerBytes` have come, a PINGREQ: its answer shows that the
 * connection lasts, and is not among the answers.
 * @param answerBytes how many bytes of answers are waited for, unless the connection ends before
 */
export async function talk(url: string, packets: readonly Uint8Array[], answerBytes: number): Promise<Talk> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answered = Buffer.alloc(0);
  let isOver = false;
  socket.on('data', (chunk: Buffer) => (answered = Buffer.concat([answered, chunk])));
  socket.on('error', () => undefined); // its end is what is waited for
  const closed = once(socket, 'close').then(() => (isOver = true));
  const has = async (bytes: number): Promise<void> => {
    while (!isOver && answered.length < bytes) await Promise.race([closed, once(socket, 'data')]);
  };
  await once(socket, 'connect');
  for (const packet of packets) socket.write(packet);
  await has(answerBytes);
  if (!isOver) socket.write(PINGREQ);
  await has(answerBytes + PINGRESP.length);
  const lasts = !isOver && answered.subarray(-PINGRESP.length).equals(PINGRESP);
  socket.destroy();
  await closed;
  const answers = lasts ? answered.subarray(0, -PINGRESP.length) : answered;
  return { answers: answers.toString('hex'), isOver: !lasts };
}
