import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How a client reaches one organisation's peer. */
export interface OrganisationEndpoint {
  /** `host:port`. */
  readonly endpoint: string;
  /** Path of the PEM file that the server certificate is checked against. */
  readonly tlsRoot: string;
  /** Name in the server certificate, for `grpc.ssl_target_name_override`. */
  readonly serverName: string;
}

/** What `DIR/connection.json` holds. */
export interface ConnectionProfile {
  readonly channels: Readonly<
    Record<string, { readonly organizations: Readonly<Record<string, OrganisationEndpoint>> }>
  >;
}

/** Where the profile of a devnet is. */
export function connectionProfilePath(dir: string): string {
  return join(dir, 'connection.json');
}

/** Writes the profile so that a reader never sees half of it. */
export async function writeConnectionProfile(dir: string, profile: ConnectionProfile): Promise<void> {
  const path = connectionProfilePath(dir);
  await writeFile(`${path}.new`, `${JSON.stringify(profile, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** Removes the profile of an earlier run, whose ports may be somebody else's by now. */
export async function removeConnectionProfile(dir: string): Promise<void> {
  await rm(connectionProfilePath(dir), { force: true });
}
