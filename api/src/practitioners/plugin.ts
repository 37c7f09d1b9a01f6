import type { ServiceApp } from '@careledger/service-kit';
import type { AnsweredWork } from '../outbox/answered-work.js';
import { PractitionerService, type PractitionerServiceOptions } from './practitioner-service.js';
import { addPractitionerRoutes } from './routes.js';

export type PractitionersOptions = PractitionerServiceOptions & AnsweredWork;

/** Practitioners: registered under pseudonyms, withdrawn. */
export async function practitionersPlugin(app: ServiceApp, options: PractitionersOptions): Promise<void> {
  const { answerWithinMs, jobs, outbox } = options;
  const service = new PractitionerService(options);
  outbox.handle('practitioner', service);
  addPractitionerRoutes(app, { service, outbox, jobs, answerWithinMs });
}
