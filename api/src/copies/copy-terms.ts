import type { SealedBox } from '../store/sealed-box.js';
import type { ResourceRow } from './resource-rows.js';

/** By what a resource is found: what it is, which entry of which record, and what it refers to. */
export type TermKind = 'code' | 'category' | 'status' | 'entry' | 'reference';

/** Of which a resource has to have one. */
export interface CopyTerm {
  readonly by: TermKind;
  /** As {@link entryTerm} and {@link referenceTerm} have it; of the others `system|code`, or the code alone. */
  readonly anyOf: readonly string[];
}

/** An entry of a record, by the hash of its name. */
export interface CopiedEntry {
  readonly recordId: string;
  readonly entryHash: string;
}

export const entryTerm = ({ recordId, entryHash }: CopiedEntry): string => `${recordId}/${entryHash}`;

/** @param parameter by which it is referred to */
export const referenceTerm = (parameter: string, entry: CopiedEntry): string =>
  `${parameter} ${entryTerm(entry)}`;

/** A keyed hash, of one value of one kind. */
export const termMac = (box: SealedBox, by: TermKind, value: string): Uint8Array =>
  box.mac(`copied_terms.${by}`, value);

/** All by which a resource is found. */
export function termMacsOf(
  box: SealedBox,
  { codes, categories, statuses, entryHash, refersTo }: ResourceRow,
  recordId: string,
): Uint8Array[] {
  const values: readonly (readonly [TermKind, readonly string[]])[] = [
    ['code', codes],
    ['category', categories],
    ['status', statuses],
    ['entry', [entryTerm({ recordId, entryHash })]],
    [
      'reference',
      refersTo.map(({ parameter, entry }) => referenceTerm(parameter, { recordId, entryHash: entry })),
    ],
  ];
  return values.flatMap(([by, each]) => each.map((value) => termMac(box, by, value)));
}

/** Bytes of each keyed hash that a place has: as many as tell patients and types apart. */
const PLACE_HASH_BYTES = 8;

/** Of which patient and which type, in the index by which terms are looked up. */
export const copyPlaceOf = (patient: Uint8Array, type: Uint8Array): Uint8Array =>
  Buffer.concat([patient.subarray(0, PLACE_HASH_BYTES), type.subarray(0, PLACE_HASH_BYTES)]);

/** Of some keyed hashes, as a query looks for one of them: `instr(?, hex(term)) > 0`. */
export const hexList = (macs: readonly Uint8Array[]): string =>
  macs.map((mac) => Buffer.from(mac).toString('hex').toUpperCase()).join(',');
