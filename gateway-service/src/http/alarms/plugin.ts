import type { ServiceApp } from '@careledger/service-kit';
import { AlarmAcknowledging, type AlarmAcknowledgingOptions } from './acknowledging.js';
import { AlarmList, type AlarmListOptions } from './alarm-list.js';
import { AlarmMuting, type AlarmMutingOptions } from './muting.js';
import { addAlarmRoutes } from './routes.js';

export type AlarmsOptions = AlarmListOptions & Omit<AlarmAcknowledgingOptions, 'list'> & AlarmMutingOptions;

/** Alarms: what the rules have raised, whom it was told to, who acknowledged it. */
export async function alarmsPlugin(app: ServiceApp, options: AlarmsOptions): Promise<void> {
  const list = new AlarmList(options);
  const acknowledging = new AlarmAcknowledging({ ...options, list });
  addAlarmRoutes(app, { list, acknowledging, muting: new AlarmMuting(options) });
}
