import type { ChainState, DeviceChainState } from '@careledger/private-chain';
import type { Database } from '@careledger/service-kit';
import { GroupPacker, groupEnd } from './frame-group.js';
import type { StoreWriter } from './port.js';
import { encodeRowList } from './row-list.js';
import type {
  BlockRow,
  DeviceClockRow,
  DeviceRow,
  FrameRun,
  FramesOfBlock,
  NewFrameRow,
  PairingCodeRow,
} from './rows.js';
import { spanClassOf } from './span-class.js';
import { SqlReader } from './sql-reader.js';

/** The writer on node:sqlite; handed out by `GatewayStore` within a transaction only. */
export class SqlWriter extends SqlReader implements StoreWriter {
  readonly #insertGroup;
  readonly #packer = new GroupPacker();

  constructor(db: Database) {
    super(db);
    this.#insertGroup = db.prepare('INSERT INTO frame_groups (first_row, frames) VALUES (?, ?)');
  }

  insertPatient(patientId: string, createdMs: number, state: ChainState): number {
    return this.#insert(
      'INSERT INTO patients (patient_id, created_ms, chain_state) VALUES (?, ?, ?)',
      patientId,
      createdMs,
      JSON.stringify(state),
    );
  }

  insertDevice(device: DeviceRow): void {
    this.#putDevice('INSERT', device);
  }

  replaceDevice(device: DeviceRow): void {
    this.#putDevice('REPLACE', device);
  }

  setDeviceStatus({
    deviceId,
    patientNo,
    status,
    changedMs,
  }: Pick<DeviceRow, 'deviceId' | 'patientNo' | 'status' | 'changedMs'>): void {
    this.db
      .prepare('UPDATE devices SET status = ?, changed_ms = ? WHERE device_id = ? AND patient_no = ?')
      .run(status, changedMs, deviceId, patientNo);
  }

  insertDeviceChain(patientNo: number, state: DeviceChainState, openedMs: number): number {
    return this.#insert(
      'INSERT INTO device_chains (device_id, epoch, patient_no, state, opened_ms) VALUES (?, ?, ?, ?, ?)',
      state.deviceId,
      state.epoch,
      patientNo,
      JSON.stringify(state),
      openedMs,
    );
  }

  putDeviceClock({ deviceId, state }: DeviceClockRow): void {
    this.db
      .prepare('INSERT OR REPLACE INTO device_clocks (device_id, state) VALUES (?, ?)')
      .run(deviceId, state);
  }

  insertPairingCode({ codeHash, patientNo, deviceId, expiresMs }: PairingCodeRow): void {
    this.db
      .prepare('INSERT INTO pairing_codes (code_hash, patient_no, device_id, expires_ms) VALUES (?, ?, ?, ?)')
      .run(codeHash, patientNo, deviceId, expiresMs);
  }

  deletePairingCode(codeHash: Uint8Array): boolean {
    return this.db.prepare('DELETE FROM pairing_codes WHERE code_hash = ?').run(codeHash).changes === 1;
  }

  deleteExpiredPairingCodes(nowMs: number): void {
    this.db.prepare('DELETE FROM pairing_codes WHERE expires_ms <= ?').run(nowMs);
  }

  insertFrames(frames: readonly NewFrameRow[]): void {
    for (let from = 0, first = frames[0]; first !== undefined; first = frames[from]) {
      const end = groupEnd(frames, from);
      this.#insertGroup.run(first.rowId, this.#packer.pack(frames, from, end));
      from = end;
    }
  }

  eraseFrame(rowId: number, leaf: string): void {
    const group = this.groupOf(rowId);
    if (group === undefined) return;
    const frames = group
      .frames()
      .map((frame) => (frame.rowId === rowId ? { ...frame, jws: null, leaf } : frame));
    this.db
      .prepare('UPDATE frame_groups SET frames = ? WHERE first_row = ?')
      .run(this.#packer.pack(frames, 0, frames.length), group.firstRow);
  }

  insertBlock({ patientNo, height, hash, json }: BlockRow, frames?: FramesOfBlock): void {
    this.db
      .prepare(
        `INSERT INTO blocks (patient_no, height, hash, min_ms, max_ms, span_class, json, frame_rows, nodes)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        patientNo,
        height,
        hash,
        frames?.minMs ?? null,
        frames?.maxMs ?? null,
        frames === undefined ? null : spanClassOf(frames.minMs, frames.maxMs),
        json,
        frames === undefined ? null : encodeRowList(frames.rows),
        frames?.leaves ?? null,
      );
  }

  insertFrameRun({ chainNo, fromSeq, toSeq, height }: FrameRun): void {
    this.db.prepare('INSERT INTO frame_runs VALUES (?, ?, ?, ?)').run(chainNo, fromSeq, toSeq, height);
  }

  setChainState(patientNo: number, state: ChainState): void {
    this.db
      .prepare('UPDATE patients SET chain_state = ? WHERE patient_no = ?')
      .run(JSON.stringify(state), patientNo);
  }

  setDeviceChainState(chainNo: number, state: DeviceChainState): void {
    this.db
      .prepare('UPDATE device_chains SET state = ? WHERE chain_no = ?')
      .run(JSON.stringify(state), chainNo);
  }

  setRecoveryRow(rowId: number): void {
    this.db.prepare('UPDATE recovery SET from_row = ?').run(rowId);
  }

  #putDevice(verb: 'INSERT' | 'REPLACE', device: DeviceRow): void {
    this.db
      .prepare(
        `${verb} INTO devices
           (device_id, patient_no, public_key, kid, type, codes, status, chain_no, registered_ms, changed_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        device.deviceId,
        device.patientNo,
        device.publicKey,
        device.kid,
        device.type,
        JSON.stringify(device.codes),
        device.status,
        device.chainNo,
        device.registeredMs,
        device.changedMs,
      );
  }

  #insert(sql: string, ...values: (string | number)[]): number {
    return Number(this.db.prepare(sql).run(...values).lastInsertRowid);
  }
}
