import { IdempotencyKeys, buildService, type Logger, type ServiceApp } from '@careledger/service-kit';
import { accessPlugin } from './access/plugin.js';
import { systemClock, type Clock } from './clock.js';
import type { CloudConfig } from './config.js';
import { openFoundation } from './foundation.js';
import { openapi } from './openapi.js';
import { operationsPlugin } from './operations/plugin.js';
import { problems } from './problems.js';
import { recordsPlugin } from './records/plugin.js';
import { relayedPlugin } from './relayed/plugin.js';
import { wrapsPlugin } from './wraps/plugin.js';

/** Builds the service; what it opens, closing the app closes. Interrupted stores are finished in the background. */
export async function buildApp(
  config: CloudConfig,
  logger: Logger,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<ServiceApp> {
  const foundation = await openFoundation(config, logger, clock);
  const { closeLedger, database, keys } = foundation;
  const app = await buildService({
    name: config.providerId,
    logger,
    config,
    problems,
    openapi,
    requests: new IdempotencyKeys({ database }),
    mspId: config.ledger.mspId,
  });
  // Hooks run in reverse: the store closes after everything that writes to it has stopped.
  app.addHook('onClose', async () => {
    database.close();
    await keys.close();
  });

  const { providers, quota } = config;
  const tokens = new Map(providers.map(({ providerId, token }) => [providerId, token]));
  await app.register(operationsPlugin, foundation);
  await app.register(recordsPlugin, { ...foundation, quota });
  await app.register(wrapsPlugin, { ...foundation, mspId: config.ledger.mspId });
  await app.register(accessPlugin, { ...foundation, tokens });
  await app.register(relayedPlugin, foundation);

  // The ledger first: what waits for it then ends at once.
  app.addHook('onClose', async () => closeLedger());
  return app;
}
