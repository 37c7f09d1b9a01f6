import type { Database, ServiceApp } from '@careledger/service-kit';
import { WrapDutyStore } from '../store/wrap-duty-store.js';
import { DeletionAttester, type DeletionAttesterOptions } from './deletion-attester.js';
import { Recipients } from './recipients.js';
import { addWrapRoutes } from './routes.js';
import { WrapService, type WrapServiceOptions } from './wrap-service.js';

export interface WrapsOptions
  extends
    Omit<WrapServiceOptions, 'recipients' | 'onReplaced'>,
    Omit<DeletionAttesterOptions, 'recipients' | 'duties' | 'ownPeer' | 'versions'> {
  readonly database: Database;
}

/** Who holds the key of a version: sets of wraps, read and replaced; that deleted ones are gone, attested. */
export async function wrapsPlugin(app: ServiceApp, options: WrapsOptions): Promise<void> {
  const { clock, database, ownPeer } = options;
  const recipients = new Recipients(ownPeer, clock);
  const attester = new DeletionAttester({ ...options, recipients, duties: new WrapDutyStore(database) });
  const onReplaced = (patientId: string): void => attester.add(patientId);
  addWrapRoutes(app, new WrapService({ ...options, recipients, onReplaced }));
  app.addHook('onClose', () => attester.stop());
}
