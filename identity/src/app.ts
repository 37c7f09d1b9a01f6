import { buildService, packageVersion, type Logger, type ServiceApp } from '@careledger/service-kit';
import { Clients } from './clients/clients.js';
import type { IdentityConfig } from './config.js';
import { KEY, openKeys } from './keys.js';
import { mountProvider } from './oidc/mount.js';
import { newProvider } from './oidc/provider.js';
import { pagesPlugin } from './pages/routes.js';
import { LoginThrottle } from './people/login-throttle.js';
import { Users } from './people/users.js';
import { Launches } from './smart/launches.js';
import { addSmartRoutes } from './smart/routes.js';
import { openStore } from './store/open-store.js';
import { SigningKeys } from './store/signing-keys.js';
import { PendingSignIns } from './upstream/pending.js';
import { Upstream } from './upstream/upstream.js';

const openapi = {
  title: 'careledger identity',
  version: packageVersion(import.meta.url),
  description:
    'The OpenID provider of an organisation. Its OpenID routes are in `/.well-known/openid-configuration`.',
  tags: { launches: { description: 'Apps that another program launches for a patient' } },
};

/** Builds the service; what it opens, closing the app closes. */
export async function buildApp(config: IdentityConfig, logger: Logger): Promise<ServiceApp> {
  const { dataDir, issuer, organisation } = config;
  const database = openStore(dataDir);
  const keys = await openKeys(dataDir, config.keyPassphrase);
  const app = await buildService({ name: 'identity', logger, config, problems: {}, openapi });
  app.addHook('onClose', async () => {
    database.close();
    await keys.close();
  });
  const storeKey = keys.secret(KEY.store);
  const [users, clients, launches] = [new Users(database), new Clients(database), new Launches(database)];
  const provider = newProvider({
    ...{ config, database, users, clients, launches, storeKey },
    cookieKey: Buffer.from(keys.secret(KEY.cookies)).toString('base64url'),
    signingKeys: await new SigningKeys(database, storeKey).all(),
  });
  provider.on('server_error', (_ctx, err) => logger.error({ err }, 'the provider failed'));
  app.addReadinessCheck('store', () => void database.prepare('SELECT 1').get());
  mountProvider(app, provider, config);
  addSmartRoutes(app, { issuer, launches });
  await app.register(pagesPlugin, {
    organisation,
    provider,
    users,
    clients,
    launches,
    throttle: new LoginThrottle(),
    ...(config.upstream && {
      elsewhere: {
        upstream: new Upstream(config.upstream, { here: issuer, key: keys.secret(KEY.upstream) }),
        pending: new PendingSignIns(database, storeKey),
      },
    }),
  });
  return app;
}
