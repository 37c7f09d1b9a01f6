import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { COMPILE_CACHE_DIR, SMALL_HEAP_FLAGS, type Child } from '../child.js';
import type { ProcessGroup } from '../process-group.js';
import type { IdentityFiles } from './network.js';

const run = promisify(execFile);

/** A service's program and its configuration, as a file that ops could have written. */
export interface ServicePlan {
  /** Name of the process, its folder and its log. */
  readonly name: string;
  /** Launcher within the project, e.g. `cloud-service/bin/careledger-cloud.js`. */
  readonly launcher: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Flags of Node itself; small heaps unless given. */
  readonly nodeFlags?: readonly string[];
  /** Variables besides those of whoever starts it. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Of a launcher within the project. */
export const launcherPath = (launcher: string): string =>
  fileURLToPath(new URL(`../../../${launcher}`, import.meta.url));

/** Where the configuration file of a process lies. */
export const configPath = ({ name }: Pick<ServicePlan, 'name'>, dir: string): string =>
  join(dir, `${name}.json`);

/** Writes the configuration file and returns its path. */
function writeConfig(plan: ServicePlan, dir: string): string {
  mkdirSync(dir, { recursive: true });
  const file = configPath(plan, dir);
  writeFileSync(file, JSON.stringify(plan.config, undefined, 2), { mode: 0o600 });
  return file;
}

/** Runs `LAUNCHER register` as the organisation's admin. */
export async function registerOrganisation(
  plan: ServicePlan,
  dir: string,
  admin: IdentityFiles,
): Promise<void> {
  const file = writeConfig(plan, dir);
  await run(
    process.execPath,
    [
      ...[launcherPath(plan.launcher), 'register', '--config', file],
      ...['--admin-cert', admin.certificateFile, '--admin-key', admin.privateKeyFile],
    ],
    { env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE_DIR } },
  );
}

/** Starts `LAUNCHER serve` and waits until it serves. */
export function startService(
  processes: ProcessGroup,
  plan: ServicePlan,
  dir: string,
  logDir: string,
): Promise<Child> {
  const file = writeConfig(plan, dir);
  return processes.start({
    name: plan.name,
    program: [launcherPath(plan.launcher), 'serve', '--config', file],
    nodeFlags: plan.nodeFlags ?? SMALL_HEAP_FLAGS,
    ...(plan.env && { env: plan.env }),
    logFile: join(logDir, `${plan.name}.log`),
  });
}
