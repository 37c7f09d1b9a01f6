import type { Jobs, ServiceApp } from '@careledger/service-kit';
import type { Outbox } from '../outbox/outbox.js';
import { PractitionerService, type PractitionerServiceOptions } from './practitioner-service.js';
import { addPractitionerRoutes } from './routes.js';

export interface PractitionersOptions extends PractitionerServiceOptions {
  readonly outbox: Outbox;
  readonly answerWithinMs: number;
  readonly jobs: Pick<Jobs, 'watch'>;
}

/** Practitioners: registered under pseudonyms, withdrawn. */
export async function practitionersPlugin(app: ServiceApp, options: PractitionersOptions): Promise<void> {
  const { answerWithinMs, jobs, outbox } = options;
  const service = new PractitionerService(options);
  outbox.handle('practitioner', service);
  addPractitionerRoutes(app, { service, outbox, jobs, answerWithinMs });
}
