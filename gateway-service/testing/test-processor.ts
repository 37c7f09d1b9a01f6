import { AlarmStore } from '../src/alarms/alarm-store.js';
import { GrantStore } from '../src/consent/index.js';
import {
  Allowances,
  DevicePauses,
  GatewayLife,
  ProcessingStore,
  Processor,
  type ProcessorOptions,
} from '../src/processing/index.js';
import { AlarmReaders } from '../src/records/alarm-readers.js';
import { SettingsHistories, SettingsStore } from '../src/settings/index.js';

/** More than tests bring about that are not about it. */
const RECORDS_PER_HOUR = { emergency: 100, periodic: 100 };

const fail = (error: unknown): never => {
  throw error;
};

/**
 * The processing of a core, every part of it on the core's store and anew, as after a start. What goes wrong is thrown,
 * unless the test listens; what becomes due goes nowhere, unless it takes it.
 */
export function testProcessor({
  core,
  clock,
  ...parts
}: Pick<ProcessorOptions, 'core' | 'clock'> & Partial<ProcessorOptions>): Processor {
  const { database } = core.store;
  return new Processor({
    ...{ core, clock, overrides: {} },
    store: new ProcessingStore(database),
    life: new GatewayLife(database),
    pauses: new DevicePauses(database),
    alarms: new AlarmStore(database),
    readers: new AlarmReaders({ core, clock, grants: new GrantStore(database) }),
    settings: new SettingsHistories(new SettingsStore(database)),
    allowances: new Allowances(database, RECORDS_PER_HOUR),
    queue: { addDue: () => undefined },
    logger: { warn: () => undefined, error: fail },
    onFatal: fail,
    ...parts,
  });
}
