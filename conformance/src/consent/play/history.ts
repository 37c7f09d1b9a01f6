import type { AccessState } from '@careledger/contracts';

/** What a client asked for, one line of it. */
export interface Operation {
  readonly client: number;
  readonly kind: OperationKind;
  readonly patientId: string;
  readonly channel: 'cloud' | 'authorities';
  /** Of its statement. */
  readonly sid: string;
  /** The statement. */
  readonly token: string;
  /** Who asks, for a reading. */
  readonly requester?: string;
  /** Of the record, for a reading. */
  readonly recordId?: string;
  /** By the recorder's clock, not the client's. */
  readonly calledMs: number;
  /** Absent while nobody has answered. */
  returnedMs?: number;
  /** `OK`, the code of a refusal, `permit` or `deny`; absent where the client was never told. */
  outcome?: string;
  /** Of the transaction that the client was told of. */
  txId?: string;
  /** The ledger's time of a decision on a reading. */
  atMs?: number;
}

export type OperationKind = 'grant' | 'revoke' | 'revoke-all' | 'deny' | 'end-denial' | 'read' | 'rotate';

/** A version that a client got. */
export interface Release {
  readonly requester: string;
  readonly sid: string;
  /** When the call began by which it came, by the holder's time. */
  readonly calledMs: number;
}

/** Wraps that the provider says it took. */
export interface Wrapping {
  readonly patientId: string;
  readonly recordId: string;
  readonly version: number;
  readonly seq: number;
  readonly wrapSet: string;
  /** Authorities to which it wraps. */
  readonly authorityIds: readonly string[];
  /** When the call began, by the holder's time. */
  readonly calledMs: number;
  /** Blocks of the holder's peer once it had answered, or later. */
  readonly heightAfter: bigint;
}

/** What every client saw, acknowledged or not. */
export class History {
  readonly operations: Operation[] = [];
  readonly releases: Release[] = [];
  readonly wrappings: Wrapping[] = [];
  /** What clients were told and could do nothing about, by code. */
  readonly refusals = new Map<string, number>();

  begin(operation: Omit<Operation, 'calledMs'>): Operation {
    const begun = { ...operation, calledMs: performance.now() };
    this.operations.push(begun);
    return begun;
  }

  end(operation: Operation, outcome: string, txId?: string): void {
    operation.returnedMs = performance.now();
    operation.outcome = outcome;
    if (txId !== undefined) operation.txId = txId;
  }

  /** The same for a reading, permitted or denied. */
  decided(operation: Operation, { decision, at, txId }: Pick<AccessState, 'decision' | 'at' | 'txId'>): void {
    this.end(operation, decision, txId);
    operation.atMs = Date.parse(at);
  }

  refused(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }
}
