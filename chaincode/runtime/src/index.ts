export { callerOf } from './caller/caller.js';
export type { Caller } from './caller/caller.js';
export type { Organisation } from './caller/rules.js';
export { dispatch } from './dispatch/dispatch.js';
export type { CallerFacts, Chaincode, Handlers } from './dispatch/handlers.js';
export type {
  CallChaincode,
  Evaluation,
  Outcome,
  Submission,
  TransactionPort,
} from './transaction/transaction.js';
export { omit } from './omit.js';
export { networkIdOf } from './network-id.js';
export { KeyFamily, PRESENT, sortable } from './state/key.js';
export type { Present, StateKey, StatePrefix } from './state/key.js';
export { pagedRows } from './state/paged.js';
export type { PageRequest, PagedQuery } from './state/paged.js';
export type { StateEntry, StatePage, StateReader, StateWriter } from './state/port.js';
export { WriteBuffer } from './state/write-buffer.js';
export { acceptBatch, acceptOne } from './statement/accept.js';
export type { Accepted, BatchHandler, Intake } from './statement/accept.js';
export { checkKeyProof } from './statement/key-proof.js';
export { recall, remember } from './statement/memory.js';
export { readAs } from './statement/read.js';
export type { ReadStatement } from './statement/read.js';
export type { FindSigners } from './statement/signers.js';
export { verifyAs } from './statement/verify.js';
export type { Verified } from './statement/verify.js';
