/** How far the index follows the block file. */
export interface Savepoint {
  /** Number of blocks indexed. */
  readonly height: number;
  /** Byte of the block file after the last of them. */
  readonly end: number;
  /** Header hash of the last of them, in hex. */
  readonly lastHash: string;
}

export function encodeSavepoint(savepoint: Savepoint): Buffer {
  return Buffer.from(JSON.stringify(savepoint));
}

export function decodeSavepoint(bytes: Buffer): Savepoint {
  return JSON.parse(bytes.toString('utf8')) as Savepoint;
}
