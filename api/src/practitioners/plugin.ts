import type { ServiceApp } from '@careledger/service-kit';
import type { AnsweredWork } from '../outbox/answered-work.js';
import type { PractitionerService } from './practitioner-service.js';
import { addPractitionerRoutes } from './routes.js';

export interface PractitionersOptions extends AnsweredWork {
  readonly practitionerService: PractitionerService;
}

/** Practitioners: registered under pseudonyms, withdrawn. */
export async function practitionersPlugin(app: ServiceApp, options: PractitionersOptions): Promise<void> {
  const { answerWithinMs, jobs, outbox, practitionerService: service } = options;
  outbox.handle('practitioner', service);
  addPractitionerRoutes(app, { service, outbox, jobs, answerWithinMs });
}
