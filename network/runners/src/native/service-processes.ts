import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import type { Progress } from '@careledger/network-admin';
import {
  clientOf,
  PROCESS_MEMORY,
  servicesOf,
  type IdentityNode,
  type IdentitySetting,
  type NetworkPlan,
  type ServiceNode,
  type ServiceSetting,
} from '@careledger/network-definition';
import { launcherOf } from '../services/register.js';
import { writeIdentityFiles } from '../services/identity-files.js';
import { writeServiceFiles } from '../services/service-files.js';
import { ensureTlsCertificates, writeTlsRoots } from '../services/tls.js';
import { inheritedEnvironment } from './environment.js';
import type { NativeLayout } from './layout.js';
import type { ProcessSpec } from './processes.js';
import { LOOPBACK } from './ports.js';

/** Natively everything is where the layout has it. */
function ownSetting(layout: NativeLayout, { id, mspId }: IdentityNode | ServiceNode): IdentitySetting {
  const tls = layout.nodeTls(mspId, id);
  return {
    listenHost: LOOPBACK,
    tls: { certFile: tls.cert, keyFile: tls.key },
    dataDir: layout.data(id),
  };
}

/** The same of a service, which has an identity at its peer. */
function serviceSetting(layout: NativeLayout, node: ServiceNode): ServiceSetting {
  const identity = layout.client(node.mspId, clientOf(node));
  return {
    ...ownSetting(layout, node),
    connectionFile: layout.nodeFile(node.mspId, node.id, 'connection.json'),
    identity: { certificateFile: identity.cert, privateKeyFile: identity.key },
  };
}

/** Makes what services and OpenID providers need before they start: certificates, secrets, configuration. What is there stays. */
export async function prepareServices(
  plan: NetworkPlan,
  layout: NativeLayout,
  progress: Progress,
): Promise<ServiceNode[]> {
  const services = servicesOf(plan);
  await ensureTlsCertificates(plan, { layout, hosts: [...services, ...plan.identities], progress });
  await writeTlsRoots(layout, plan.organizations);
  await writeServiceFiles(plan, layout, services, (node) => serviceSetting(layout, node));
  await writeIdentityFiles(plan, layout, (node) => ownSetting(layout, node));
  return services;
}

/** How to start a service, or an OpenID provider. */
export async function serviceSpec(
  layout: NativeLayout,
  node: IdentityNode | ServiceNode,
): Promise<ProcessSpec> {
  const { mspId, id } = node;
  const file = (name: string): string => layout.nodeFile(mspId, id, name);
  const program = 'program' in node ? node.program : 'identity';
  const memory = program === 'identity' ? undefined : PROCESS_MEMORY[program];
  const identity = 'program' in node ? [layout.client(mspId, clientOf(node)).cert] : [];
  const read = [file('config.json'), layout.nodeTls(mspId, id).cert, ...identity, layout.tlsRoots];
  const cwd = layout.process(id);
  await mkdir(cwd, { recursive: true });
  return {
    name: id,
    command: process.execPath,
    args: [...(memory?.nodeFlags ?? []), launcherOf(program), 'serve', '--config', file('config.json')],
    cwd,
    env: {
      ...inheritedEnvironment(),
      ...memory?.env,
      NODE_EXTRA_CA_CERTS: layout.tlsRoots,
      CARELEDGER_KEY_PASSPHRASE_FILE: file('passphrase'),
    },
    // It reads these when it starts: with others it has to be restarted.
    fingerprint: await hashOf(read),
  };
}

async function hashOf(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(await readFile(path)).update('\0');
  return hash.digest('hex');
}
