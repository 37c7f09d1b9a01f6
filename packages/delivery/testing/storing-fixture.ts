import type { StoredRecordState } from '@careledger/contracts';
import {
  generateEd25519,
  nodeVerifier,
  sha256,
  sha256Hex,
  toBase64url,
  type Signer,
} from '@careledger/crypto';
import { makeStoreReceipt } from '@careledger/envelope';
import type { StoreRecordAnswer } from '@careledger/protocol';
import type { Addressing } from '../src/addressing.js';
import { Grace } from '../src/grace.js';
import { ProviderPool } from '../src/provider-pool.js';
import type { VersionToStore } from '../src/receipt.js';
import type { FailedCall } from '../src/refusal.js';
import { storeVersion, type StoreOutcome } from '../src/store-version.js';

export const AUTHOR = `pat_${'a'.repeat(32)}`;
export const STRANGER = 'aut_stranger';
export const RECORD_ID = `rec_${'b'.repeat(32)}`;
export const REST_MS = 1_000;

/** An HTTP call that failed, as a service's client has it. */
export class CallError extends Error implements FailedCall {
  override readonly name = 'CallError';
  readonly status: number | undefined;
  readonly problem: { readonly code: string; readonly reason?: string } | undefined;
  constructor(
    readonly code: string,
    status?: number,
    problem?: { readonly code: string; readonly reason?: string },
  ) {
    super(code);
    this.status = status;
    this.problem = problem;
  }
  get transient(): boolean {
    return this.status === undefined || this.status === 503;
  }
}

/** `RECORD_REFUSED` with the chaincode's code. */
export const refusedBy = (reason: string): CallError =>
  new CallError('REFUSED', 422, { code: 'RECORD_REFUSED', reason });

/** What a provider does with a statement. */
export type Behaviour = (providerId: string, statement: string) => StoreRecordAnswer | CallError;

/** Storing one version with played providers and a played ledger, on a clock that the test turns. */
export class StoringFixture {
  nowMs = 1_000_000;
  /** What this organisation's peer has of the version. */
  found: StoredRecordState | undefined;
  readonly behaviours = new Map<string, Behaviour>();
  /** Providers in the order in which they were asked, with the statement. */
  readonly asked: string[] = [];
  /** What was kept before it was sent. */
  readonly kept: Addressing[] = [];
  readonly signers: Readonly<Record<string, Signer>> = {
    'prv_cloud-a': generateEd25519().signer,
    'prv_cloud-b': generateEd25519().signer,
  };
  readonly pool = new ProviderPool<string>({
    providerIds: Object.keys(this.signers),
    connect: (providerId) => providerId,
    restMs: () => REST_MS,
    clock: () => this.nowMs,
  });
  readonly grace = new Grace();
  addressing: Addressing = { providerId: 'prv_cloud-a', storeStatement: 'for prv_cloud-a', formerStores: {} };
  readonly version: VersionToStore;

  constructor(version = 1) {
    this.version = {
      recordId: RECORD_ID,
      version,
      author: AUTHOR,
      manifestHash: hashOf('manifest'),
      ciphertextSha256: hashOf('ciphertext'),
    };
  }

  /** A try; what it kept stands for the next one. */
  store(): Promise<StoreOutcome> {
    return storeVersion(this.version, this.addressing, {
      pool: this.pool,
      grace: this.grace,
      clock: () => this.nowMs,
      verifier: nodeVerifier(),
      makeStatement: (providerId) => `for ${providerId}`,
      keep: async (addressing) => {
        this.kept.push(addressing);
        this.addressing = addressing;
      },
      put: async (providerId, statement) => {
        this.asked.push(`${providerId} ${statement}`);
        const answer = (this.behaviours.get(providerId) ?? this.stores)(providerId, statement);
        if (answer instanceof CallError) throw answer;
        return answer;
      },
      failureOf: (error) => (error instanceof CallError ? error : undefined),
      keysOf: async (providerId) => [this.signer(providerId).publicKey],
      find: async () => this.found,
    });
  }

  /** Stores as it should. */
  readonly stores: Behaviour = (providerId, statement) => this.answer(providerId, sha256Hex(statement));

  answer(providerId: string, txId: string, signer = this.signer(providerId)): StoreRecordAnswer {
    const { recordId, version, manifestHash, ciphertextSha256 } = this.version;
    const receipt = makeStoreReceipt(
      {
        ...{ recordId, version, manifestHash, ciphertextSha256, txId, blockNumber: 7 },
        provider: providerId,
        storedAt: '2026-01-01T00:00:00.000Z',
      },
      signer,
    );
    return { recordId, version, providerId, txId, blockNumber: 7, receipt };
  }

  /** The version on the ledger, but for what a test changes. */
  onLedger(changes: Partial<StoredRecordState> = {}): StoredRecordState {
    const { recordId, version, author, manifestHash, ciphertextSha256 } = this.version;
    return {
      ...{ patientId: AUTHOR, recordId, version, author, manifestHash, ciphertextSha256 },
      ...{ seed: hashOf('seed'), prevVersionHash: null, kind: 'periodic', sizeBytes: 1, tagGroups: [] },
      providerId: 'prv_cloud-a',
      period: { start: '2026-01-01T00:00:00.000Z', end: '2026-01-01T01:00:00.000Z' },
      storedAt: '2026-01-01T01:00:00.000Z',
      txId: sha256Hex('for prv_cloud-a'),
      ...changes,
    };
  }

  signer(providerId: string): Signer {
    const signer = this.signers[providerId];
    if (signer === undefined) throw new Error(`There is no ${providerId} in this fixture`);
    return signer;
  }
}

export const hashOf = (text: string): string => toBase64url(sha256(text));
