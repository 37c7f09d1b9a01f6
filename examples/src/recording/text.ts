import { RecordingError } from './problem.js';

/** Bytes of a file that is read into memory. */
const RECORDING_MAX_BYTES = 256 * 1024 * 1024;

/** Byte order marks, and the encodings that they stand for (WHATWG Encoding, section 6.1). UTF-32's begins with UTF-16's. */
const MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-32', [0xff, 0xfe, 0, 0]],
  ['utf-32', [0, 0, 0xfe, 0xff]],
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/**
 * The text of a file, lines ended by `\n` alone. Its encoding is the one that was said, that of its byte order mark,
 * UTF-16 where every other byte of its beginning is zero, else UTF-8. Nothing is replaced: bytes that are no text in it
 * are refused.
 */
export function textOf(bytes: Uint8Array, file: string, encoding?: string): string {
  const place = { file, line: 1, column: '1' };
  if (bytes.length > RECORDING_MAX_BYTES)
    throw new RecordingError(
      'FILE_TOO_LARGE',
      place,
      `The file has more than ${RECORDING_MAX_BYTES} bytes. Cut it into several, each with the header.`,
    );
  const label = encoding ?? markedEncoding(bytes) ?? unmarkedEncoding(bytes);
  if (!isEncoding(label))
    throw new RecordingError(
      'ENCODING_UNKNOWN',
      place,
      `The encoding ${label} is not read. Save the file as UTF-8, or name another with --encoding.`,
    );
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes).replace(/\r\n?/g, '\n');
  } catch (cause) {
    throw new RecordingError(
      'ENCODING_UNKNOWN',
      { file, ...placeOfFault(bytes, label) },
      `A byte is no text in ${label}. Save the file as UTF-8, or name its encoding, e.g. --encoding windows-1252.`,
      { cause },
    );
  }
}

/** Whether the runtime can decode it. */
function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== '';
  } catch {
    return false; // the answer
  }
}

const markedEncoding = (bytes: Uint8Array): string | undefined =>
  MARKS.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte))?.[0];

function unmarkedEncoding(bytes: Uint8Array): string {
  const [first, second, third, fourth] = bytes;
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return 'utf-16le';
  if (first === 0 && second !== 0 && third === 0 && fourth !== 0) return 'utf-16be';
  return 'utf-8';
}

/** Line of the first byte that cannot be decoded, and its place in that line. */
function placeOfFault(bytes: Uint8Array, label: string): { line: number; column: string } {
  let [low, high] = [0, bytes.length];
  // The longest prefix that decodes; a character cut at its end is no fault yet.
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isDecodable(bytes.subarray(0, middle), label)) low = middle;
    else high = middle - 1;
  }
  const lines = new TextDecoder(label).decode(bytes.subarray(0, low), { stream: true }).split(/\r\n?|\n/);
  return { line: lines.length, column: `${(lines.at(-1)?.length ?? 0) + 1}` };
}

function isDecodable(bytes: Uint8Array, label: string): boolean {
  try {
    new TextDecoder(label, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false; // the answer
  }
}
