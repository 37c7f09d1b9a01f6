import type { ChainState } from '@careledger/private-chain';
import type { Database } from '@careledger/service-kit';
import type { StoreReader } from './port.js';
import { decodeRowList, spansOf } from './row-list.js';
import type {
  BlockRow,
  DeviceChainRow,
  DeviceClockRow,
  DeviceRow,
  DeviceStatus,
  FrameRow,
  FramesOfBlock,
  PairingCodeRow,
  PatientRow,
} from './rows.js';
import { MAX_SPAN_CLASS, maxSpanMs } from './span-class.js';

type Row = Record<string, string | number | bigint | Uint8Array | null>;

const FRAME_COLUMNS = 'row_id, chain_no, seq, height, received_ms, flags, offset_ms, jws, leaf';

/** What of a chain's state every block changes is the newest block's; the rest is of the newest that changed keys. */
const PATIENTS_SQL = `SELECT patient_no, patient_id, created_ms, chain_state, height, hash, json ->> 'time' AS time
  FROM patients LEFT JOIN blocks USING (patient_no)
  WHERE height IS (SELECT max(height) FROM blocks WHERE patient_no = patients.patient_no)`;

/** The reader on node:sqlite. */
export class SqlReader implements StoreReader {
  constructor(protected readonly db: Database) {}

  *patients(): Iterable<PatientRow> {
    for (const row of this.db.prepare(PATIENTS_SQL).iterate() as Iterable<Row>) {
      yield {
        patientNo: row['patient_no'] as number,
        patientId: row['patient_id'] as string,
        createdMs: row['created_ms'] as number,
        chainState: chainState(row),
      };
    }
  }

  *devices(): Iterable<DeviceRow> {
    for (const row of this.db.prepare('SELECT * FROM devices').iterate() as Iterable<Row>) {
      yield {
        deviceId: row['device_id'] as string,
        patientNo: row['patient_no'] as number,
        publicKey: row['public_key'] as Uint8Array,
        kid: row['kid'] as string,
        type: row['type'] as string,
        codes: JSON.parse(row['codes'] as string) as string[],
        status: row['status'] as DeviceStatus,
        chainNo: row['chain_no'] as number,
        registeredMs: row['registered_ms'] as number,
        changedMs: row['changed_ms'] as number,
      };
    }
  }

  deviceChain(chainNo: number): DeviceChainRow | undefined {
    const row = this.db.prepare('SELECT * FROM device_chains WHERE chain_no = ?').get(chainNo) as
      Row | undefined;
    return row && deviceChainRow(row);
  }

  chainNoOf(deviceId: string, epoch: string): number | undefined {
    const sql = 'SELECT chain_no FROM device_chains WHERE device_id = ? AND epoch = ?';
    return (this.db.prepare(sql).get(deviceId, epoch) as { chain_no: number } | undefined)?.chain_no;
  }

  *deviceClocks(): Iterable<DeviceClockRow> {
    const rows = this.db.prepare('SELECT device_id, state FROM device_clocks').iterate();
    for (const row of rows as Iterable<Row>) {
      yield { deviceId: row['device_id'] as string, state: row['state'] as string };
    }
  }

  pairingCode(codeHash: Uint8Array): PairingCodeRow | undefined {
    const row = this.db.prepare('SELECT * FROM pairing_codes WHERE code_hash = ?').get(codeHash) as
      Row | undefined;
    return (
      row && {
        codeHash: row['code_hash'] as Uint8Array,
        patientNo: row['patient_no'] as number,
        deviceId: row['device_id'] as string | null,
        expiresMs: row['expires_ms'] as number,
      }
    );
  }

  pairingCodeCount(patientNo: number, nowMs: number): number {
    const sql = 'SELECT count(*) AS n FROM pairing_codes WHERE patient_no = ? AND expires_ms > ?';
    return (this.db.prepare(sql).get(patientNo, nowMs) as { n: number }).n;
  }

  lastFrameRow(): number {
    const row = this.db.prepare('SELECT max(row_id) AS last FROM frames').get() as { last: number | null };
    return row.last ?? 0;
  }

  frame(rowId: number): FrameRow | undefined {
    const row = this.db.prepare(`SELECT ${FRAME_COLUMNS} FROM frames WHERE row_id = ?`).get(rowId);
    return row && frameRow(row as Row);
  }

  frameContents(rowIds: readonly number[]): (Uint8Array | null)[] {
    const find = this.db.prepare('SELECT row_id, jws FROM frames WHERE row_id BETWEEN ? AND ?');
    const contents = new Map<number, Uint8Array | null>();
    for (const [from, to] of spansOf(rowIds)) {
      const rows = find.all(from, to) as { row_id: number; jws: Uint8Array | null }[];
      for (const { row_id: rowId, jws } of rows) contents.set(rowId, jws);
    }
    return rowIds.map((rowId) => contents.get(rowId) ?? null);
  }

  framesAfter(rowId: number, limit: number): FrameRow[] {
    const sql = `SELECT ${FRAME_COLUMNS} FROM frames WHERE row_id > ? ORDER BY row_id LIMIT ?`;
    return (this.db.prepare(sql).all(rowId, limit) as Row[]).map(frameRow);
  }

  block(patientNo: number, height: number): BlockRow | undefined {
    return this.blocksFrom(patientNo, height, 1).find((block) => block.height === height);
  }

  blocksFrom(patientNo: number, height: number, limit: number): BlockRow[] {
    const sql = `SELECT height, hash, json FROM blocks WHERE patient_no = ? AND height >= ? ORDER BY height LIMIT ?`;
    return blockRows(this.db.prepare(sql).all(patientNo, height, limit), patientNo);
  }

  blocksWithoutFrames(patientNo: number, below: number): BlockRow[] {
    // Only blocks of frames have measured times.
    const sql = `SELECT height, hash, json FROM blocks
      WHERE patient_no = ? AND height < ? AND span_class IS NULL ORDER BY height`;
    return blockRows(this.db.prepare(sql).all(patientNo, below), patientNo);
  }

  framesOfBlock(patientNo: number, height: number): FramesOfBlock | undefined {
    const sql = 'SELECT min_ms, max_ms, frame_rows, nodes FROM blocks WHERE patient_no = ? AND height = ?';
    const row = this.db.prepare(sql).get(patientNo, height) as Row | undefined;
    if (row === undefined || row['frame_rows'] === null) return undefined;
    return {
      minMs: row['min_ms'] as number,
      maxMs: row['max_ms'] as number,
      rows: decodeRowList(row['frame_rows'] as Uint8Array),
      // Behind the leaves there are inner nodes where a former release wrote it; nobody asks for them.
      leaves: row['nodes'] as Uint8Array,
    };
  }

  frameRowsBetween(patientNo: number, fromMs: number, toMs: number): number[] {
    const sql = `SELECT frame_rows FROM blocks
      WHERE patient_no = ? AND span_class = ? AND max_ms >= ? AND max_ms < ? AND min_ms < ?`;
    const find = this.db.prepare(sql);
    const found: number[] = [];
    for (let spanClass = 0; spanClass <= MAX_SPAN_CLASS; spanClass++) {
      const blocks = find.all(patientNo, spanClass, fromMs, toMs + maxSpanMs(spanClass), toMs) as Row[];
      for (const block of blocks) found.push(...decodeRowList(block['frame_rows'] as Uint8Array));
    }
    return found.sort((a, b) => a - b);
  }

  heightOfSeq(chainNo: number, seq: number): number | undefined {
    const sql = `SELECT to_seq, height FROM frame_runs WHERE chain_no = ? AND from_seq <= ?
      ORDER BY from_seq DESC LIMIT 1`;
    const run = this.db.prepare(sql).get(chainNo, seq) as { to_seq: number; height: number } | undefined;
    return run !== undefined && run.to_seq >= seq ? run.height : undefined;
  }

  recoveryRow(): number {
    return (this.db.prepare('SELECT from_row FROM recovery').get() as { from_row: number }).from_row;
  }
}

function chainState(row: Row): ChainState {
  const state = JSON.parse(row['chain_state'] as string) as ChainState;
  if (row['height'] === null) return state;
  return {
    ...state,
    height: row['height'] as number,
    head: row['hash'] as string,
    time: row['time'] as string,
  };
}

function blockRows(rows: readonly object[], patientNo: number): BlockRow[] {
  return (rows as Omit<BlockRow, 'patientNo'>[]).map(({ height, hash, json }) => ({
    patientNo,
    height,
    hash,
    json,
  }));
}

function deviceChainRow(row: Row): DeviceChainRow {
  return {
    chainNo: row['chain_no'] as number,
    patientNo: row['patient_no'] as number,
    state: JSON.parse(row['state'] as string) as DeviceChainRow['state'],
    openedMs: row['opened_ms'] as number,
  };
}

function frameRow(row: Row): FrameRow {
  return {
    rowId: row['row_id'] as number,
    chainNo: row['chain_no'] as number,
    seq: row['seq'] as number,
    height: row['height'] as number,
    receivedMs: row['received_ms'] as number,
    flags: row['flags'] as number,
    offsetMs: row['offset_ms'] as number,
    jws: row['jws'] as Uint8Array | null,
    leaf: row['leaf'] as string | null,
  };
}
