/** A proof that is none, or answers another question than who asked for a patient's records. */
export class DisclosureError extends Error {
  override readonly name = 'DisclosureError';
}
