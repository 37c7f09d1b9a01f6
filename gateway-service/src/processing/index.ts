export { Allowances, type OverAllowance, type RecordsPerHour } from './allowances.js';
export { windowOfPlace, windowPlace } from './due-of-event.js';
export * from './limits.js';
export { Processor, type ProcessorOptions } from './processor.js';
export { readingIdOf, rowOfReading } from './reading-id.js';
export { PROCESSING_ALLOWANCES_MIGRATION, PROCESSING_MIGRATION } from './schema.js';
export { LANES, ProcessingStore, type DueRecord, type Episode, type Lane } from './store.js';
