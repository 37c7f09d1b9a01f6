/** The little of hypercore 11 that we call; it ships no types. */
declare module 'hypercore' {
  export default class Hypercore {
    constructor(folder: string);
    readonly length: number;
    /** `db` is its hypercore-storage, `rocks` the RocksDB beneath. */
    readonly core: {
      readonly db: { readonly rocks: { currentWalFile(): Promise<{ readonly path: string }> } };
    };
    ready(): Promise<void>;
    append(batch: readonly Uint8Array[]): Promise<{ readonly length: number }>;
  }
}
