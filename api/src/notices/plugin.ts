import type { X25519KeyPair } from '@careledger/crypto';
import type { ServiceApp } from '@careledger/service-kit';
import type { ReadGate } from '../access/read-gate.js';
import type { KnownScopes } from '../policy/known-scopes.js';
import { addAcknowledgementRoutes } from './acknowledgement-routes.js';
import { AcknowledgementService } from './acknowledgement-service.js';
import { AcknowledgementStore } from './acknowledgement-store.js';
import { Announcements, type AnnouncedCopies } from './announcements.js';
import { EmergencyService, type EmergencyServiceOptions } from './emergency-service.js';
import { EmergencyStore } from './emergency-store.js';
import { Follower, type FollowerOptions } from './follower.js';
import { Lapses } from './lapses.js';
import { noticeMetrics } from './metrics.js';
import { NoticeLog } from './notice-log.js';
import { NoticeReader } from './notice-reader.js';
import { addNoticeRoutes } from './routes.js';

export interface NoticesOptions
  extends
    Omit<EmergencyServiceOptions, 'emergencies' | 'keys' | 'log'>,
    Omit<FollowerOptions, 'announcements' | 'log'> {
  /** All generations of this authority's encryption key. */
  readonly encryptionKeys: readonly X25519KeyPair[];
  readonly scopes: KnownScopes;
  readonly gate: ReadGate;
  /** Where what is announced is copied from. */
  readonly copies: AnnouncedCopies;
  /** A direct emergency without its announcement after this time is listed as unmatched. */
  readonly unmatchedAfterMs: number;
}

/** Notices: logged from the ledger's events and straight from gateways, streamed to those who may see them. */
export async function noticesPlugin(app: ServiceApp, options: NoticesOptions): Promise<void> {
  const { encryptionKeys: keys, store } = options;
  const metrics = noticeMetrics(app.metrics);
  const log = new NoticeLog(store);
  const emergencies = new EmergencyStore(store);
  const service = new EmergencyService({ ...options, emergencies, keys, log });
  const count = metrics.noticeReading;
  const reader = new NoticeReader({ ...options, emergencies, service, log, keys, count });
  const acknowledgements = new AcknowledgementStore(store);
  addAcknowledgementRoutes(
    app,
    new AcknowledgementService({ ...options, emergencies, acknowledgements, log, reader }),
  );
  addNoticeRoutes(app, { ...options, log, emergencies, service, reader, metrics });
  const announcements = new Announcements({ ...options, log, emergencies });
  const follower = new Follower({ ...options, announcements, log });
  const lapses = new Lapses({ ...options, log });
  app.addHook('onClose', () => Promise.all([follower.stop(), lapses[Symbol.asyncDispose]()]));
}
