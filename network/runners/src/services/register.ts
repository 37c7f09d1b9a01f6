import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readIfThere, writePublic, type Progress } from '@careledger/network-admin';
import {
  clientOf,
  IDENTITY_LAUNCHER,
  SERVICE_LAUNCHERS,
  type ServiceNode,
  type ServiceProgram,
} from '@careledger/network-definition';
import { RunnerError } from '../errors.js';
import type { ServiceLayout } from './layout.js';

const run = promisify(execFile);

/** Path of a program's launcher. */
export const launcherOf = (program: ServiceProgram | 'identity'): string => {
  const path = program === 'identity' ? IDENTITY_LAUNCHER : SERVICE_LAUNCHERS[program];
  return fileURLToPath(new URL(`../../../../../${path}`, import.meta.url));
};

/** Each opens a key store, whose key derivation takes 128 MiB (scrypt). */
const REGISTRATIONS_AT_ONCE = 2;

/** Registers every service that was not yet. */
export async function registerAll(
  layout: ServiceLayout,
  services: readonly ServiceNode[],
  progress: Progress,
): Promise<void> {
  const waiting = [...services];
  const registerRest = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await register(layout, next, progress);
  };
  await Promise.all(Array.from({ length: REGISTRATIONS_AT_ONCE }, registerRest));
}

/**
 * Writes a service's keys and endpoint on the ledger, as its organisation's admin. Once it is done a file says so; a
 * run cut short in between repeats the same statement, which changes nothing.
 */
async function register(layout: ServiceLayout, node: ServiceNode, progress: Progress): Promise<void> {
  const program = launcherOf(node.program);
  const done = layout.registration(node.id);
  if ((await readIfThere(done)) === node.url) return;
  const file = (name: string): string => layout.nodeFile(node.mspId, node.id, name);
  const admin = layout.client(node.mspId, 'admin');
  const client = layout.client(node.mspId, clientOf(node));
  // The configuration names paths as the service sees them; here the same files of a container lie elsewhere.
  const hasOwnBroker = node.mqttPort !== undefined;
  const env = {
    ...process.env,
    CARELEDGER_DATA_DIR: layout.data(node.id),
    CARELEDGER_KEY_PASSPHRASE_FILE: file('passphrase'),
    ...(node.program === 'gateway' &&
      !hasOwnBroker && { CARELEDGER_MQTT_EXTERNAL_PASSWORD_FILE: file('broker-password') }),
    CARELEDGER_LEDGER_CONNECTION_FILE: file('connection.json'),
    CARELEDGER_LEDGER_CERTIFICATE_FILE: client.cert,
    CARELEDGER_LEDGER_PRIVATE_KEY_FILE: client.key,
  };
  const args = [
    'register',
    '--config',
    file('config.json'),
    '--admin-cert',
    admin.cert,
    '--admin-key',
    admin.key,
  ];
  try {
    await run(process.execPath, [program, ...args], { env });
  } catch (cause) {
    throw new RunnerError('REGISTRATION_FAILED', `${node.name} could not be registered: ${reasonOf(cause)}`, {
      cause,
    });
  }
  await writePublic(done, node.url);
  progress('register', `${node.name} at ${node.url}`);
}

/** What the program said, or what ended it. */
function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const said = 'stderr' in error ? String(error.stderr).trim() : '';
  if (said !== '') return said;
  return 'signal' in error && error.signal
    ? `ended by ${String(error.signal)}: is memory short?`
    : String(error);
}
