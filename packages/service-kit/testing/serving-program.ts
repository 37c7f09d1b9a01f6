/** A service that runs as a process of its own, for serve.test.ts. */
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '../src/logging.js';
import { serve } from '../src/http/serve.js';
import { KIT_HTTP, buildKit } from './kit-services.js';

const hang = process.argv[2] === 'hang';
const logger = createLogger('kit', { level: 'info' });
const app = await buildKit({ logger });
app.get('/slow', { config: { public: true } }, async () => {
  logger.info('slow request');
  await delay(200);
  return { done: true };
});
app.addHook('onClose', async () => logger.info('closed first'));
app.addHook('onClose', async () => {
  logger.info('closed second');
  if (hang) await delay(60_000);
});
await serve(app, { service: 'kit', http: KIT_HTTP, shutdownDeadlineMs: hang ? 50 : 5_000 });
