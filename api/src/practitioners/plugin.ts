import type { ServiceApp } from '@careledger/service-kit';
import type { Outbox } from '../outbox/outbox.js';
import { PractitionerService, type PractitionerServiceOptions } from './practitioner-service.js';
import { addPractitionerRoutes } from './routes.js';

export interface PractitionersOptions extends PractitionerServiceOptions {
  readonly outbox: Outbox;
  readonly answerWithinMs: number;
}

/** Practitioners: registered under pseudonyms, withdrawn. */
export async function practitionersPlugin(app: ServiceApp, options: PractitionersOptions): Promise<void> {
  const { answerWithinMs, outbox } = options;
  const service = new PractitionerService(options);
  outbox.handle('practitioner', service);
  addPractitionerRoutes(app, { service, outbox, answerWithinMs });
}
