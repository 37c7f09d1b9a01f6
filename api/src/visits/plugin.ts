import type { ServiceApp } from '@careledger/service-kit';
import type { ReadGate } from '../access/read-gate.js';
import type { AnsweredWork } from '../outbox/answered-work.js';
import type { SealedBox } from '../store/sealed-box.js';
import { addVisitRoutes } from './routes.js';
import { VisitService, type VisitServiceOptions } from './visit-service.js';
import { VisitStore } from './visit-store.js';
import { VisitTask, type VisitTaskOptions } from './visit-task.js';

export interface VisitsOptions
  extends Omit<VisitServiceOptions, 'outbox' | 'visits'>, Omit<VisitTaskOptions, 'visits'>, AnsweredWork {
  readonly box: SealedBox;
  readonly gate: ReadGate;
}

/** Visits: kept here, recorded on `authorities`, related on `cloud`. */
export async function visitsPlugin(app: ServiceApp, options: VisitsOptions): Promise<void> {
  const { box, outbox, store } = options;
  const visits = new VisitStore(store, box);
  outbox.handle('visit', new VisitTask({ ...options, visits }));
  addVisitRoutes(app, { ...options, visits, service: new VisitService({ ...options, visits }) });
}
