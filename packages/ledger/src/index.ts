export {
  attestationBody,
  attestorRegistration,
  attestTransaction,
  type Attestor,
} from './attest/attestation.js';
export { LedgerChannel, type CallOptions, type SubmitOptions, type Submitted } from './channel.js';
export { LedgerCounters, type CallCount, type LedgerCall, type ReplayedStep } from './counters.js';
export * from './error.js';
export { orUndefined } from './or-undefined.js';
export type { LedgerBlock, BlockTransaction } from './events/block.js';
export { blockHeaderHash } from './events/block-hash.js';
export type { BlockOptions } from './events/blocks.js';
export type { EventOptions, EventSchemas, LedgerEvent } from './events/chaincode-events.js';
export type { ReadOptions } from './events/reconnect.js';
export { loadConnection, NetworkConnection, PeerEndpoint, type ClientTls } from './fabric/connection.js';
export { connectLedger, Ledger, type ConnectLedgerOptions, type Resumed } from './ledger.js';
export * from './limits.js';
export { allRows, everyRow, type LedgerPage, type PageWanted } from './paging.js';
export type { Checkpoint, CheckpointStore, JournalEntry, TransactionJournal } from './ports.js';
export type { FoundTransaction } from './query/find-transaction.js';
export type { ArgsOf, ContractShape, NamesOf, ResultOf, TransactionShape } from './shape.js';
export { MemoryCheckpoints, MemoryJournal } from './store/memory.js';
export * from './submit/batch.js';
export * from './submit/retry.js';
export type { LedgerTimeouts } from './timeouts.js';
export { registerAttestor } from './attest/register-attestor.js';
