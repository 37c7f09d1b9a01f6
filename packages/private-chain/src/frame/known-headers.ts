/** A device's header with the dot behind it never changes, so it is read once. */
interface KnownHeader {
  readonly bytes: Uint8Array;
  readonly kid: string;
}

/** A power of two. */
const SLOTS = 4_096;
/** Where headers differ from each other: characters of the key ID, which is a hash. */
const TELLING_FROM = 40;
const TELLING_TO = 48;

/** Headers of frames that were read lately, with the dot, by their bytes; at most one in a slot, the latest. */
export class KnownHeaders {
  readonly #slots: (KnownHeader | undefined)[] = Array.from({ length: SLOTS });

  /** The header with which the bytes begin, if it was read before. */
  find(token: Uint8Array): KnownHeader | undefined {
    const known = this.#slots[slotOf(token)];
    return known !== undefined && startsWith(token, known.bytes) ? known : undefined;
  }

  /** @param end behind the dot */
  remember(token: Uint8Array, end: number, kid: string): void {
    this.#slots[slotOf(token)] = { bytes: new Uint8Array(token.subarray(0, end)), kid };
  }
}

function slotOf(token: Uint8Array): number {
  let hash = 0;
  for (let at = TELLING_FROM; at < TELLING_TO; at++) hash = (hash * 31 + (token[at] ?? 0)) | 0;
  return hash & (SLOTS - 1);
}

function startsWith(token: Uint8Array, start: Uint8Array): boolean {
  if (token.length < start.length) return false;
  for (let at = 0; at < start.length; at++) if (token[at] !== start[at]) return false;
  return true;
}
