import {
  identityConfig,
  servicesOf,
  type IdentityNode,
  type IdentitySetting,
  type NetworkPlan,
} from '@careledger/network-definition';
import type { ServiceLayout } from './layout.js';
import { ensureSecrets, heldTokens, MONITORING, type ServiceSecrets } from './secrets.js';
import { writeOwnFiles } from './service-files.js';

/** The program that launches apps at its organisation's provider, e.g. a ward's own system. */
const LAUNCHER = 'launcher';

/** Draws the secrets of each OpenID provider, and writes it its configuration. */
export async function writeIdentityFiles(
  plan: NetworkPlan,
  layout: ServiceLayout,
  setting: (node: IdentityNode) => IdentitySetting,
): Promise<ReadonlyMap<string, ServiceSecrets>> {
  const services = servicesOf(plan);
  const written = plan.identities.map(async (node): Promise<[string, ServiceSecrets]> => {
    const secrets = await ensureSecrets(layout.secrets(node.id), ['ops', LAUNCHER, MONITORING]);
    const tokens = heldTokens(secrets, node.mspId, [{ id: LAUNCHER, mspId: node.mspId }]);
    const config = identityConfig(node, { services, tokens, setting: setting(node) });
    await writeOwnFiles(layout, node, { config, passphrase: secrets.passphrase });
    return [node.id, secrets];
  });
  return new Map(await Promise.all(written));
}
