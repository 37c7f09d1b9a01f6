import type { Jobs, ServiceApp } from '@careledger/service-kit';
import { relayingOf } from './relaying.js';
import { RevocationService, type RevocationServiceOptions } from './revocation-service.js';
import { addRevocationRoutes } from './routes.js';

export interface RevocationsOptions extends RevocationServiceOptions {
  readonly answerWithinMs: number;
  readonly jobs: Pick<Jobs, 'perform'>;
}

/** What patients take back, relayed to the channels that it names. */
export async function revocationsPlugin(app: ServiceApp, options: RevocationsOptions): Promise<void> {
  const { answerWithinMs, jobs } = options;
  const service = new RevocationService(options);
  addRevocationRoutes(app, { service, relaying: relayingOf(jobs, service), answerWithinMs });
}
