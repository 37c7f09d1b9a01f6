/** A module to serve, and the port it had before a restart (0 the first time). */
export interface HostedModule {
  readonly path: string;
  readonly packageId: string;
  readonly port: number;
}

/** What the host process tells the devnet, once. */
export type HostReport =
  | { readonly kind: 'listening'; readonly ports: readonly number[] }
  | { readonly kind: 'failed'; readonly path: string; readonly message: string };
