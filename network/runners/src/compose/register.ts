import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readIfThere, writePublic, type Progress } from '@careledger/network-admin';
import { ComposeError } from './errors.js';
import type { ComposeLayout } from './layout.js';
import type { ServiceNode } from './services.js';

const run = promisify(execFile);
const launcher = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

/** Programs whose organisation's admin registers them; gateways are no registered organisations. */
const LAUNCHERS: Readonly<Partial<Record<ServiceNode['program'], string>>> = {
  cloud: launcher('cloud-service/bin/careledger-cloud.js'),
  api: launcher('api/bin/careledger-api.js'),
};

/**
 * Writes a service's keys and endpoint on the ledger, as its organisation's admin. Once it is done a file says so; a
 * run cut short in between repeats the same statement, which changes nothing.
 */
export async function register(layout: ComposeLayout, node: ServiceNode, progress: Progress): Promise<void> {
  const program = LAUNCHERS[node.program];
  const done = layout.registration(node.id);
  if (!program || (await readIfThere(done)) === node.url) return;
  const file = (name: string): string => layout.nodeFile(node.mspId, node.id, name);
  const admin = layout.client(node.mspId, 'admin');
  const user = layout.client(node.mspId, 'user');
  // The configuration names paths of the service's own container; here the same files lie elsewhere.
  const env = {
    ...process.env,
    CARELEDGER_DATA_DIR: layout.data(node.id),
    CARELEDGER_KEY_PASSPHRASE_FILE: file('passphrase'),
    CARELEDGER_LEDGER_CONNECTION_FILE: file('connection.json'),
    CARELEDGER_LEDGER_CERTIFICATE_FILE: user.cert,
    CARELEDGER_LEDGER_PRIVATE_KEY_FILE: user.key,
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
    const said = typeof cause === 'object' && cause !== null && 'stderr' in cause ? String(cause.stderr) : '';
    throw new ComposeError('REGISTRATION_FAILED', `${node.name} could not be registered: ${said.trim()}`, {
      cause,
    });
  }
  await writePublic(done, node.url);
  progress('register', `${node.name} at ${node.url}`);
}
