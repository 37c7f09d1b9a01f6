/** What the process of a chaincode module is started with. */
export interface HostedModule {
  readonly path: string;
  readonly packageId: string;
  /** Organisations whose peers run it; each gets a server. */
  readonly mspIds: readonly string[];
}

/** What the process tells the devnet, once; the ports are in the order of the organisations. */
export type HostReport =
  | { readonly kind: 'listening'; readonly ports: readonly number[] }
  | { readonly kind: 'failed'; readonly message: string };
