import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import { generateEd25519, randomId128, sha256 } from '@careledger/crypto';
import { sodiumSigner } from '@careledger/crypto/sodium';
import { deviceIdOf } from '@careledger/domain';
import {
  ChainKeeper,
  DeviceChain,
  PatientChain,
  type GatewayStore,
  type NewFrameRow,
  type StoreWriter,
} from '@careledger/gateway-service';
import { checkFrame, newDeviceChain, nodeMerkleHasher } from '@careledger/private-chain';
import { benchGenesis } from '../chain/genesis.js';
import { openBenchStore } from '../chain/open-store.js';

/** Time between two entries of the log. */
const ENTRY_INTERVAL_MS = 1_000;
/** Frames read at once. */
const INDEX_PAGE = 4_096;

interface StagedEntry {
  readonly rowId: number;
  readonly chain: DeviceChain;
  readonly seq: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

/**
 * The gateway's store and chains without what comes before them, MQTT and the check of signatures: entries are hashed,
 * chained, sealed in signed blocks of 64 and committed, by the code and with the schema that the gateway uses.
 */
export class EntryLog implements Disposable {
  readonly store: GatewayStore;
  readonly #walFd: number;
  readonly #keeper = new ChainKeeper();
  readonly #chains: DeviceChain[] = [];
  #staged: StagedEntry[] = [];
  #next = 0;
  #isIndexed = false;

  /** @param patients how many take turns, each with one device */
  constructor(path: string, patients: number) {
    this.store = openBenchStore(path);
    this.#walFd = openSync(`${path}-wal`, 'r+');
    this.store.transaction((writer) => {
      for (let n = 0; n < patients; n++) this.#chains.push(this.#addPatient(writer));
    });
  }

  /** Entries so far. */
  get length(): number {
    return this.#next;
  }

  /** Chains an entry of the patient whose turn it is. In the store after the next `commit`. */
  append(bytes: Uint8Array): void {
    const chain = this.#chains[this.#next % this.#chains.length] as DeviceChain;
    const { epoch, nextSeq: seq, head: prev } = chain.state;
    const leaf = nodeMerkleHasher.leaf(bytes);
    const verdict = checkFrame(chain.state, { epoch, seq, prev, void: undefined }, leaf, () => undefined);
    if (verdict.outcome !== 'accepted') throw new Error(`The chain refused an entry: ${verdict.outcome}`);
    chain.state = verdict.nextState;
    const timeMs = this.#next * ENTRY_INTERVAL_MS;
    const reading = { t: '', up: undefined, timeMs, code: '', value: 0, unit: '', comparator: undefined };
    const frame = { seq, readings: [reading] };
    const times = { offsetMs: 0, receivedMs: timeMs };
    const position = this.#keeper.append({ chain, frame, leaf, missing: 0, ...times }, timeMs);
    this.#staged.push({ ...position, chain, seq, bytes });
    this.#next++;
  }

  /** Seals every open block: it takes a signature each. */
  seal(): void {
    for (const { patient } of this.#chains) this.#keeper.seal(patient, this.#next * ENTRY_INTERVAL_MS);
  }

  /** One transaction with all that was appended. On disk after a `store.sync`. */
  commit(): void {
    this.store.deferred((writer) => this.#write(writer));
    this.#keeper.committed();
  }

  /** `commit`, on disk when this returns: what `store.sync` does, on this thread, for a caller that would only wait for it. */
  commitDurably(): void {
    this.commit();
    fdatasyncSync(this.#walFd);
  }

  /** For a control: from now on every frame is found by its counter too, as the gateway's store does not do. */
  addIndex(): void {
    this.store.database.exec(
      'CREATE TABLE bench_index (chain_no INTEGER, seq INTEGER, row_id INTEGER, PRIMARY KEY (chain_no, seq)) STRICT, WITHOUT ROWID',
    );
    this.#isIndexed = true;
    const { read } = this.store;
    let after = 0;
    for (
      let page = read.framesAfter(0, INDEX_PAGE);
      page.length > 0;
      page = read.framesAfter(after, INDEX_PAGE)
    ) {
      this.store.deferred(() => this.#index(page));
      after = page.at(-1)?.rowId ?? after;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#walFd);
    this.store.close();
  }

  #write(writer: StoreWriter): void {
    const receivedMs = Date.now();
    const rows = this.#staged.map(({ rowId, chain, seq, height, bytes }) => {
      return { rowId, chainNo: chain.chainNo, seq, height, receivedMs, flags: 0, offsetMs: 0, jws: bytes };
    });
    writer.insertFrames(rows);
    if (this.#isIndexed) this.#index(rows);
    this.#keeper.write(writer);
    this.#staged = [];
  }

  #index(rows: readonly Pick<NewFrameRow, 'chainNo' | 'seq' | 'rowId'>[]): void {
    const insert = this.store.database.prepare('INSERT INTO bench_index VALUES (?, ?, ?)');
    for (const { chainNo, seq, rowId } of rows) insert.run(chainNo, seq, rowId);
  }

  #addPatient(writer: StoreWriter): DeviceChain {
    const signer = sodiumSigner(generateEd25519().seed);
    const { patientId, block, state } = benchGenesis(signer);
    const deviceState = newDeviceChain(deviceIdOf(signer.publicKey, sha256), randomId128(), sha256);
    const patientNo = writer.insertPatient(patientId, 0, state);
    writer.insertBlock({ patientNo, height: 0, hash: state.head, json: JSON.stringify(block) });
    const patient = new PatientChain(patientNo, patientId, state, () => [signer]);
    this.#keeper.addPatient(patient);
    return new DeviceChain(writer.insertDeviceChain(patientNo, deviceState, 0), patient, deviceState);
  }
}
