/** Layout of a channel's index: one letter says what an entry is. */
const STATE = 's';
const HISTORY = 'h';
const TRANSACTION = 't';
const BLOCK = 'b';
const BLOCK_HASH = 'x';
const TRANSIENT = 'p';
const EXPIRY = 'e';
/** Height, hashes and file position up to which the index has been made. */
export const SAVEPOINT_KEY = Buffer.from('m');

const SEPARATOR = Buffer.of(0);
const AFTER_SEPARATOR = Buffer.of(1);

function u64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function statePrefix(namespace: string): Buffer {
  return Buffer.concat([Buffer.from(STATE + namespace, 'utf8'), SEPARATOR]);
}

export function stateKey(namespace: string, key: string): Buffer {
  return Buffer.concat([statePrefix(namespace), Buffer.from(key, 'utf8')]);
}

/** Bounds of a range of a namespace, the end excluded; an empty end is the namespace's own. */
export function stateRange(namespace: string, start: string, end: string): { gte: Buffer; lt: Buffer } {
  const lt =
    end === ''
      ? Buffer.concat([Buffer.from(STATE + namespace, 'utf8'), AFTER_SEPARATOR])
      : stateKey(namespace, end);
  return { gte: stateKey(namespace, start), lt };
}

/** The key of a state entry. */
export function keyOfState(namespace: string, entry: Buffer): string {
  return entry.subarray(statePrefix(namespace).length).toString('utf8');
}

function historyPrefix(namespace: string, key: string): Buffer {
  const bytes = Buffer.from(key, 'utf8');
  return Buffer.concat([Buffer.from(HISTORY + namespace, 'utf8'), SEPARATOR, u32(bytes.length), bytes]);
}

export function historyKey(namespace: string, key: string, block: number, tx: number): Buffer {
  return Buffer.concat([historyPrefix(namespace, key), u64(block), u32(tx)]);
}

/** Bounds of one key's history. */
export function historyRange(namespace: string, key: string): { gte: Buffer; lte: Buffer } {
  const prefix = historyPrefix(namespace, key);
  return { gte: prefix, lte: Buffer.concat([prefix, Buffer.alloc(12, 0xff)]) };
}

/** Which transaction a history entry is about. */
export function positionOfHistory(entry: Buffer): { block: number; tx: number } {
  const at = entry.length - 12;
  return { block: Number(entry.readBigUInt64BE(at)), tx: entry.readUInt32BE(at + 8) };
}

export function transactionKey(txId: string): Buffer {
  return Buffer.from(TRANSACTION + txId, 'utf8');
}

/** Where a transaction is, and its validation code. */
export interface TransactionPosition {
  readonly block: number;
  readonly tx: number;
  readonly code: number;
}

export function encodePosition({ block, tx, code }: TransactionPosition): Buffer {
  return Buffer.concat([u64(block), u32(tx), Buffer.of(code)]);
}

export function decodePosition(bytes: Buffer): TransactionPosition {
  return { block: Number(bytes.readBigUInt64BE(0)), tx: bytes.readUInt32BE(8), code: bytes.readUInt8(12) };
}

export function blockKey(number: number): Buffer {
  return Buffer.concat([Buffer.from(BLOCK), u64(number)]);
}

export function blockHashKey(hash: Buffer): Buffer {
  return Buffer.concat([Buffer.from(BLOCK_HASH), hash]);
}

export function transientKey(txId: string): Buffer {
  return Buffer.from(TRANSIENT + txId, 'utf8');
}

/** When an entry of the state, named by its whole key, is to be removed. */
export function expiryKey(block: number, entry: Buffer): Buffer {
  return Buffer.concat([Buffer.from(EXPIRY), u64(block), entry]);
}

/** Bounds of the expiries up to and including a block's. */
export function expiryRange(block: number): { gte: Buffer; lt: Buffer } {
  return { gte: Buffer.from(EXPIRY), lt: expiryKey(block + 1, Buffer.alloc(0)) };
}

/** The key of the state entry that an expiry is about. */
export function entryOfExpiry(key: Buffer): Buffer {
  return key.subarray(1 + 8);
}

export function encodeNumber(value: number): Buffer {
  return u64(value);
}

export function decodeNumber(bytes: Buffer): number {
  return Number(bytes.readBigUInt64BE(0));
}
