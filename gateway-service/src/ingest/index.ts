export { registerIngestMetrics } from './counters.js';
export { Greetings } from './greetings.js';
export { URGENT_MAX_AGE_MS } from './limits.js';
export { IngestPipeline } from './pipeline.js';
export { clinicalReadingRules, type ReadingRules } from './reading-rules.js';
export { turnsOf } from './turns.js';
export type { CommittedFrame, FrameTicket } from './ticket.js';
export type { VerifyThreadOptions } from './signatures/index.js';
