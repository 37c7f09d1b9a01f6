import type { ChaincodeConnection } from '../chaincode/connection.js';
import type { Ledger } from '../ledger/ledger.js';
import type { TransientStore } from '../ledger/transient-store.js';
import type { ChaincodeDefinition } from '../lifecycle/chaincode-definition.js';
import type { MspManager } from '../msp/manager.js';
import type { SimulationScope } from '../simulate/simulator.js';
import type { CommitNotifier } from './commit-notifier.js';

/** Chaincode servers by chaincode and organisation; a missing one is a chaincode not installed there. */
export type ConnectionTable = ReadonlyMap<string, ReadonlyMap<string, ChaincodeConnection>>;

/** Everything the peers of a channel share. */
export interface ChannelParts {
  readonly name: string;
  /** All organisations, those without peers included. */
  readonly mspIds: readonly string[];
  /** Organisations with a peer. */
  readonly peerMspIds: readonly string[];
  readonly msps: MspManager;
  readonly definitions: ReadonlyMap<string, ChaincodeDefinition>;
  readonly connections: ConnectionTable;
  readonly ledger: Ledger;
  readonly transient: TransientStore;
  readonly commits: CommitNotifier;
}

/** Chaincodes that are part of a peer. */
export const SYSTEM_CHAINCODES: ReadonlySet<string> = new Set(['qscc', 'cscc', 'lscc', '_lifecycle']);

/** A channel: its members, its chaincodes and its ledger. */
export class Channel implements SimulationScope {
  constructor(readonly parts: ChannelParts) {}

  get channel(): string {
    return this.parts.name;
  }

  get name(): string {
    return this.parts.name;
  }

  get mspIds(): readonly string[] {
    return this.parts.mspIds;
  }

  get msps(): MspManager {
    return this.parts.msps;
  }

  get ledger(): Ledger {
    return this.parts.ledger;
  }

  get transient(): TransientStore {
    return this.parts.transient;
  }

  get commits(): CommitNotifier {
    return this.parts.commits;
  }

  definition(name: string): ChaincodeDefinition | undefined {
    return this.parts.definitions.get(name);
  }

  connection(chaincode: string, mspId: string): ChaincodeConnection | undefined {
    return this.parts.connections.get(chaincode)?.get(mspId);
  }

  /** Organisations whose peer can run the chaincode. */
  endorsersOf(chaincode: string): string[] {
    if (SYSTEM_CHAINCODES.has(chaincode)) return [...this.parts.peerMspIds];
    return this.parts.peerMspIds.filter((mspId) => this.connection(chaincode, mspId) !== undefined);
  }
}
