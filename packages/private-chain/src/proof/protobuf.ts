import { ProofError } from '../errors.js';

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** The fields of one protobuf message, by number, in order of appearance. */
export class ProtobufMessage {
  readonly #fields = new Map<number, (Uint8Array | number)[]>();

  /**
   * Reads the outermost fields only (protobuf encoding specification, wire types 0, 1, 2 and 5).
   * @param name for error messages
   * @throws ProofError `ENVELOPE_MALFORMED`
   */
  constructor(
    bytes: Uint8Array,
    readonly name: string,
  ) {
    let at = 0;
    const varint = (): number => {
      let value = 0;
      for (let shift = 0; shift < 70; shift += 7) {
        const byte = bytes[at++];
        if (byte === undefined) throw this.#malformed('it ends within a number');
        // Sums rather than shifts: numbers up to 2^53 are exact, larger ones are none that we ask for.
        value += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) return value;
      }
      throw this.#malformed('a number is too long');
    };
    const slice = (length: number): Uint8Array => {
      if (length > bytes.length - at) throw this.#malformed('it ends within a field');
      return bytes.subarray(at, (at += length));
    };
    while (at < bytes.length) {
      const tag = varint();
      const number = Math.floor(tag / 8);
      switch (tag % 8) {
        case VARINT:
          this.#add(number, varint());
          break;
        case LENGTH_DELIMITED:
          this.#add(number, slice(varint()));
          break;
        case FIXED64:
          this.#add(number, slice(8));
          break;
        case FIXED32:
          this.#add(number, slice(4));
          break;
        default:
          throw this.#malformed('a wire type is unknown');
      }
    }
  }

  /**
   * A field that is there at most once; empty if absent. Decoders differ on repeated singular fields (the last one, or
   * merged), so an envelope with one could mean to the peers what it does not mean here: refused.
   */
  bytes(number: number): Uint8Array {
    const value = this.#single(number) ?? new Uint8Array(0);
    if (typeof value === 'number') throw this.#malformed(`field ${number} is a number`);
    return value;
  }

  has(number: number): boolean {
    return this.#fields.has(number);
  }

  number(number: number): number {
    const value = this.#single(number) ?? 0;
    if (typeof value !== 'number') throw this.#malformed(`field ${number} is no number`);
    return value;
  }

  message(number: number, name: string): ProtobufMessage {
    return new ProtobufMessage(this.bytes(number), name);
  }

  repeated(number: number): Uint8Array[] {
    return (this.#fields.get(number) ?? []).map((value) => {
      if (typeof value === 'number') throw this.#malformed(`field ${number} is a number`);
      return value;
    });
  }

  #single(number: number): Uint8Array | number | undefined {
    const values = this.#fields.get(number) ?? [];
    if (values.length > 1) throw this.#malformed(`field ${number} is there ${values.length} times`);
    return values[0];
  }

  #add(number: number, value: Uint8Array | number): void {
    const values = this.#fields.get(number);
    if (values === undefined) this.#fields.set(number, [value]);
    else values.push(value);
  }

  #malformed(reason: string): ProofError {
    return new ProofError('ENVELOPE_MALFORMED', `Not a Fabric ${this.name}: ${reason}`);
  }
}
