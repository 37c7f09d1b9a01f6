export { Allowances, type RecordsPerHour } from './allowances.js';
export { DevicePauses } from './device-pauses.js';
export { ABSENCE_CAUSES, GatewayLife, type Absence } from './gateway-life.js';
export { windowOfSource } from './due-of-event.js';
export { Processor, type DueQueue, type ProcessorOptions } from './processor.js';
export { indexOfReading, measurementOf, rowOfReading } from './reading-id.js';
export { PRIORITIES, ProcessingStore, type DueRecord, type Episode, type Priority } from './store.js';
export type { ScopedAlarm } from './told-together.js';
