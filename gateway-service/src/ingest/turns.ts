/** Bytes of a frame that count like one frame more: large ones use up more of their device's turns. */
const BYTES_PER_TURN = 2_048;

/** Turns of its device that a frame uses up. */
export function turnsOf({ length }: Uint8Array): number {
  return 1 + Math.floor(length / BYTES_PER_TURN);
}
