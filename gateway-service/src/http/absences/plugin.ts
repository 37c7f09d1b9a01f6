import type { ServiceApp } from '@careledger/service-kit';
import { AbsenceList, type AbsenceListOptions } from './absence-list.js';
import { addAbsenceRoutes } from './routes.js';

/** When the gateway heard nobody. */
export async function absencesPlugin(app: ServiceApp, options: AbsenceListOptions): Promise<void> {
  addAbsenceRoutes(app, new AbsenceList(options));
}
