/** Height of the transaction that wrote a value. */
export interface Version {
  readonly block: number;
  readonly tx: number;
}

/** Whether two versions are one; undefined is "there is no such key". */
export function sameVersion(a: Version | undefined, b: Version | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.block === b.block && a.tx === b.tx;
}
