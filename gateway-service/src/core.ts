import { clinicalConfig, type ConfigAt } from '@careledger/clinical';
import type { SignatureVerifier, Signer } from '@careledger/crypto';
import type { KeyStore } from '@careledger/crypto/key-store';
import type { RekeyBody } from '@careledger/private-chain';
import type { Migration } from '@careledger/service-kit';
import {
  ChainKeeper,
  ChainReader,
  DeviceChains,
  FrameReader,
  SEAL_CHECK_INTERVAL_MS,
  StoredLeaves,
  planErasure,
  ChainRecovery,
  type Erasure,
  type PendingBlock,
} from './chain/index.js';
import { Nonces } from './device-clock/index.js';
import { DeviceRegistry } from './devices/index.js';
import {
  Greetings,
  IngestPipeline,
  clinicalReadingRules,
  type ReadingRules,
  type VerifyThreadOptions,
} from './ingest/index.js';
import { Patients, type ConsentKeyFolder } from './patients/index.js';
import { LATER_STORE_MIGRATIONS, STORE_MIGRATIONS, openStore, type GatewayStore } from './store/index.js';

export interface GatewayCoreOptions {
  /** File of the store. */
  readonly storePath: string;
  /** Those after the store's first one: its later ones among those of the modules on top. */
  readonly migrations?: readonly Migration[];
  readonly keyStore: KeyStore;
  /** Undefined where patients keep them themselves. */
  readonly consentKeys: ConsentKeyFolder | undefined;
  readonly verifier: SignatureVerifier;
  /** A thread verifies frames beside this one under load, by libsodium; `onLost` hears when it died or hung. None unless given. */
  readonly verifyThread?: VerifyThreadOptions | undefined;
  /** Audience of device tokens and pairing proofs. */
  readonly gatewayId: string;
  /** Network ID of chains and statements. */
  readonly network: string;
  /** `name/version`, for genesis blocks. */
  readonly software: string;
  /** Leading zero bits of the blocks of new chains; 0 unless for experiments. */
  readonly difficulty?: number;
  /** Milliseconds since 1970; the system's clock unless in tests. */
  readonly clock?: () => number;
  /** Whether that clock is proved (`device-clock/gateway-clock.ts`); it is taken to be, unless told. */
  readonly isClockProved?: () => boolean;
  readonly rules?: ReadingRules;
  /** What judges a patient's readings, from memory; the published limits, unless told. */
  readonly configAt?: (patientNo: number) => ConfigAt;
  /** The disk failed under acknowledged data: the process has to end and start again. */
  readonly onFatal: (error: Error) => void;
}

const PUBLISHED = clinicalConfig();
const publishedLimits: ConfigAt = () => PUBLISHED;

/** A block by its height and its hash, base64url. */
export interface BlockPosition {
  readonly height: number;
  readonly hash: string;
}

/**
 * Layer 1 without network: store, patients, devices, chains and the ingest pipeline, recovered from disk and ready.
 * Sources hand frames to `pipeline`; whatever is built on top reads `frames` and listens to the pipeline.
 */
export class GatewayCore implements AsyncDisposable {
  readonly store: GatewayStore;
  readonly patients: Patients;
  readonly devices: DeviceRegistry;
  readonly pipeline: IngestPipeline;
  readonly chain: ChainReader;
  readonly frames: FrameReader;
  readonly #verifier: SignatureVerifier;
  readonly #sealTimer: NodeJS.Timeout;

  constructor(options: GatewayCoreOptions) {
    const { keyStore, consentKeys, verifier, gatewayId, network, software, onFatal } = options;
    const { difficulty = 0, clock = Date.now, isClockProved = () => true } = options;
    const { rules = clinicalReadingRules, migrations = LATER_STORE_MIGRATIONS } = options;
    const { configAt = () => publishedLimits } = options;
    const nonces = new Nonces();
    const keeper = new ChainKeeper();
    this.#verifier = verifier;
    this.store = openStore({ path: options.storePath, migrations: [...STORE_MIGRATIONS, ...migrations] });
    const { read } = this.store;
    const common = { store: this.store, clock, isClockProved };
    this.patients = new Patients({
      ...{ ...common, keyStore, consentKeys, keeper, network, software, difficulty, verifier },
    });
    const chains = new DeviceChains(read, keeper);
    const recovery = new ChainRecovery({ read, keeper, chains, clock });
    this.devices = new DeviceRegistry({
      ...common,
      ...{ verifier, gatewayId, chains, rules, nonces },
      patients: this.patients,
    });
    this.pipeline = new IngestPipeline({
      ...{ ...common, keeper, verifier, rules, configAt, recovery, onFatal },
      verifyThread: options.verifyThread,
      leaves: new StoredLeaves(read),
      greetings: new Greetings({ nonces, verifier }),
    });
    this.chain = new ChainReader({ read, verifier, devices: this.devices });
    this.frames = new FrameReader(read, chains);
    this.patients.load();
    this.devices.load();
    recovery.recover();
    this.#sealTimer = setInterval(() => this.pipeline.sealDue(), SEAL_CHECK_INTERVAL_MS).unref();
  }

  /** Seals the patient's open block at once; resolves when it is on disk. @throws PatientError, IngestError */
  async sealNow(patientId: string): Promise<void> {
    const { chain } = this.patients.get(patientId);
    await this.pipeline.seal((keeper, nowMs) => keeper.seal(chain, nowMs));
  }

  /**
   * Appends the block that puts other keys in force; resolves when it is on disk. Stage the new gateway key in the key
   * store before, complete its rotation after.
   * @param signer the gateway key in force from this block on
   */
  async rekey(patientId: string, body: RekeyBody, signer: Signer): Promise<BlockPosition> {
    const { chain } = this.patients.get(patientId);
    return positionOf(await this.pipeline.seal((keeper, nowMs) => keeper.rekey(chain, body, signer, nowMs)));
  }

  /**
   * Deletes frames' content for good, with an erasure block that names them; their leaves stay, so that the chain still
   * verifies. Resolves when nothing of it is left in the store's files.
   * @throws PatientError, ChainAccessError, IngestError
   */
  async eraseFrames(patientId: string, erasure: Erasure): Promise<BlockPosition> {
    const { chain } = this.patients.get(patientId);
    const { read } = this.store;
    const pending = await this.pipeline.seal((keeper, nowMs) => {
      const { body, erased } = planErasure(chain, erasure, { read, verifier: this.#verifier });
      return keeper.sealContent(chain, { type: 'erasure', body }, nowMs, erased);
    });
    this.store.forgetErased();
    return positionOf(pending);
  }

  /** Newest block of a patient that is on disk: what may be anchored. */
  head(patientId: string): BlockPosition {
    return this.patients.get(patientId).chain.durableHead;
  }

  /** Waits for what is under way and closes the store; open blocks stay open. */
  async close(): Promise<void> {
    clearInterval(this.#sealTimer);
    await this.pipeline.stop();
    await this.patients.close();
    this.store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function positionOf({ sealed }: PendingBlock): BlockPosition {
  return { height: sealed.state.height, hash: sealed.state.head };
}
