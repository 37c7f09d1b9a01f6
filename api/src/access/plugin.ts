import type { ServiceApp } from '@careledger/service-kit';
import type { Outbox } from '../outbox/outbox.js';
import { addAnswerRoutes, type AnswerRouteOptions } from './answer-routes.js';
import { addAuditRoutes, type AuditRouteOptions } from './audit-routes.js';
import type { NoticeReadings } from './notice-readings.js';
import type { OpeningRecords } from './opening.js';
import { addAccessRoutes } from './routes.js';

export interface AccessOptions extends AnswerRouteOptions, AuditRouteOptions {
  readonly opening: OpeningRecords;
  readonly readings: NoticeReadings;
  readonly outbox: Outbox;
}

/** Records of others: asked for through a provider, checked, opened, signed for; and the log of all that was shown. */
export async function accessPlugin(app: ServiceApp, options: AccessOptions): Promise<void> {
  const { opening, outbox, readings } = options;
  outbox.handle('reading', readings);
  addAccessRoutes(app, opening.service, opening.versions);
  addAuditRoutes(app, options);
  addAnswerRoutes(app, options);
}
