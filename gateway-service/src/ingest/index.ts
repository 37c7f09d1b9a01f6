export { IngestError, type IngestErrorCode, type RefusalCode } from './codes.js';
export { IngestCounters, registerIngestMetrics } from './counters.js';
export * from './limits.js';
export { IngestPipeline, type PipelineOptions } from './pipeline.js';
export { clinicalReadingRules, type ReadingRules } from './reading-rules.js';
export type { CommittedFrame, FrameTicket } from './ticket.js';
