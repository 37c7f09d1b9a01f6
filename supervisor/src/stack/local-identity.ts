import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  IDENTITY_LAUNCHER,
  identityConfig,
  type IdentityNode,
  type ServiceNode,
} from '@careledger/network-definition';
import { COMPILE_CACHE_DIR } from '../child.js';
import { freePorts } from '../ports.js';
import type { RunningNetwork } from './network.js';
import { launcherPath, type ServicePlan } from './service.js';

const run = promisify(execFile);
const LOOPBACK = '127.0.0.1';

/** Somebody who signs in at an organisation's provider. */
export interface LocalUser {
  readonly username: string;
  readonly password: string;
  readonly name: string;
  /** As the authority registers practitioners, e.g. a staff number. */
  readonly person: string;
  readonly profession: string;
  readonly unit: string;
}

/** An app that people sign in for. */
export interface LocalApp {
  readonly clientId: string;
  readonly name: string;
  readonly redirectUris: readonly string[];
  readonly scopes: readonly string[];
}

/** An OpenID provider that runs, as whoever operates it knows it. */
export interface RunningIdentity {
  /** Name of its process in the process group. */
  readonly name: string;
  /** Its tokens have this in `iss`. */
  readonly url: string;
  readonly configFile: string;
}

/** The OpenID providers of organisations, at ports of this machine that were free. @param organizations by name */
export async function localIdentities(
  { plan }: Pick<RunningNetwork, 'plan'>,
  organizations: readonly string[],
): Promise<IdentityNode[]> {
  const wanted = plan.organizations.filter(({ name }) => organizations.includes(name));
  const ports = await freePorts(wanted.length);
  return wanted.map(({ mspId, name }) => {
    const port = ports.pop() ?? 0;
    const url = `http://${LOOPBACK}:${port}`;
    return { id: `identity-${name}`, mspId, organization: name, host: LOOPBACK, port, url };
  });
}

/** How to start one. @param dir where all that run keep what is theirs, a folder each */
export const identityPlan = (
  node: IdentityNode,
  dir: string,
  services: readonly ServiceNode[],
): ServicePlan => ({
  name: node.id,
  launcher: IDENTITY_LAUNCHER,
  config: {
    ...identityConfig(node, {
      ...{ services, tokens: [] },
      setting: {
        listenHost: LOOPBACK,
        dataDir: join(dir, node.id),
        keyPassphrase: randomBytes(18).toString('base64url'),
      },
    }),
  },
});

/** Adds a practitioner who signs in there, and an app; it may run meanwhile. */
export async function addToIdentity(
  { configFile }: RunningIdentity,
  { user, app }: { readonly user: LocalUser; readonly app: LocalApp },
): Promise<void> {
  const { username, password, ...profile } = user;
  const files = `${configFile}.d`;
  mkdirSync(files, { recursive: true, mode: 0o700 });
  const [passwordFile, appFile] = [join(files, 'password'), join(files, 'app.json')];
  writeFileSync(passwordFile, password, { mode: 0o600 });
  writeFileSync(appFile, JSON.stringify(app));
  const flags = Object.entries({ username, 'password-file': passwordFile, role: 'practitioner', ...profile });
  const command = (...args: readonly string[]) =>
    run(process.execPath, [launcherPath(IDENTITY_LAUNCHER), ...args, '--config', configFile], {
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE_DIR },
    });
  await command('user', 'add', ...flags.flatMap(([name, value]) => [`--${name}`, value]));
  await command('client', 'add', '--file', appFile);
}
