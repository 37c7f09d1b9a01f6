import type { ServiceApp } from '@careledger/service-kit';
import { addAlarmRoutes } from './routes.js';
import { AlarmService, type AlarmServiceOptions } from './service.js';

/** Alarms: what the rules have raised, whom it was told to, who acknowledged it. */
export async function alarmsPlugin(app: ServiceApp, options: AlarmServiceOptions): Promise<void> {
  addAlarmRoutes(app, new AlarmService(options));
}
