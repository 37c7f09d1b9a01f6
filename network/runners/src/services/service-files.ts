import { copyFile, mkdir } from 'node:fs/promises';
import { writeSecret } from '@careledger/network-admin';
import {
  callersOf,
  serviceConfig,
  type NetworkPlan,
  type ServiceNode,
  type ServiceSetting,
  type ServiceToken,
} from '@careledger/network-definition';
import type { ServiceLayout } from './layout.js';
import { ensureSecrets, heldTokens, MONITORING, PEOPLE, type ServiceSecrets } from './secrets.js';

/** Draws what services need to trust one another, and writes each its configuration. */
export async function writeServiceFiles(
  plan: NetworkPlan,
  layout: ServiceLayout,
  services: readonly ServiceNode[],
  setting: (service: ServiceNode) => ServiceSetting,
): Promise<ReadonlyMap<string, ServiceSecrets>> {
  const drawn = await Promise.all(
    services.map(async (node): Promise<[string, ServiceSecrets]> => {
      const holders = [...PEOPLE, MONITORING, ...callersOf(node, services).map(({ id }) => id)];
      return [node.id, await ensureSecrets(layout.secrets(node.id), holders)];
    }),
  );
  const secrets = new Map(drawn);
  const tokensAt = ({ id, mspId }: ServiceNode): ServiceToken[] => {
    const own = secrets.get(id);
    return own ? heldTokens(own, mspId, services) : [];
  };
  await Promise.all(
    services.map(async (node) => {
      const config = serviceConfig(node, {
        plan,
        networkId: plan.network,
        services,
        tokensAt,
        setting: setting(node),
      });
      await writeOwnFiles(layout, node, { config, passphrase: secrets.get(node.id)?.passphrase ?? '' });
      await copyFile(layout.connection, layout.nodeFile(node.mspId, node.id, 'connection.json'));
    }),
  );
  return secrets;
}

/** What every program finds in its own folder: configuration, passphrase, whom to trust; and the folder of its data. */
export async function writeOwnFiles(
  layout: ServiceLayout,
  { id, mspId }: Pick<ServiceNode, 'id' | 'mspId'>,
  { config, passphrase }: { readonly config: object; readonly passphrase: string },
): Promise<void> {
  const file = (name: string): string => layout.nodeFile(mspId, id, name);
  await writeSecret(file('config.json'), `${JSON.stringify(config, undefined, 2)}\n`);
  await writeSecret(file('passphrase'), `${passphrase}\n`);
  await copyFile(layout.tlsRoots, file('ca.pem'));
  await mkdir(layout.data(id), { recursive: true, mode: 0o700 });
}
