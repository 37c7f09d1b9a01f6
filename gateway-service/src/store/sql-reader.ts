import type { ChainState } from '@careledger/private-chain';
import type { Database } from '@careledger/service-kit';
import { StoreError } from './errors.js';
import { FrameGroup } from './frame-group.js';
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

/** Groups of frames from the one that has a row on. */
const GROUPS_SQL = `SELECT first_row, frames FROM frame_groups
  WHERE first_row >= coalesce((SELECT max(first_row) FROM frame_groups WHERE first_row <= ?), 0)`;
const STATUSES: readonly DeviceStatus[] = ['active', 'suspended', 'revoked'];
/** Most devices have none: they share this. */
const NO_GAPS: DeviceChainRow['state']['gaps'] = [];

/** Groups read at once. */
const PAGE_GROUPS = 64;

interface GroupRow {
  readonly first_row: number;
  readonly frames: Uint8Array;
}

/** What of a chain's state every block changes is the newest block's; the rest is of the newest that changed keys. */
const PATIENTS_SQL = `SELECT patient_no, patient_id, created_ms, chain_state, height, hash, json ->> 'time' AS time
  FROM patients LEFT JOIN blocks USING (patient_no)
  WHERE height IS (SELECT max(height) FROM blocks WHERE patient_no = patients.patient_no)`;

/** The reader on node:sqlite. */
export class SqlReader implements StoreReader {
  constructor(protected readonly db: Database) {}

  *patients(): Iterable<PatientRow> {
    const networks = new Map<string, string>();
    for (const row of this.db.prepare(PATIENTS_SQL).iterate() as Iterable<Row>) {
      const state = chainState(row, networks);
      yield {
        patientNo: row['patient_no'] as number,
        patientId: state.patientId,
        createdMs: row['created_ms'] as number,
        chainState: state,
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
        status: STATUSES.find((status) => status === row['status']) as DeviceStatus,
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

  deviceIds(patientNo: number): string[] {
    const sql = 'SELECT device_id FROM devices WHERE patient_no = ? ORDER BY device_id';
    return this.db
      .prepare(sql)
      .all(patientNo)
      .map((row) => row['device_id'] as string);
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
    const sql = 'SELECT first_row, frames FROM frame_groups ORDER BY first_row DESC LIMIT 1';
    return groupsOf(this.db.prepare(sql).all())[0]?.lastRow ?? 0;
  }

  frame(rowId: number): FrameRow | undefined {
    const group = this.groupOf(rowId);
    return group?.frame(rowId);
  }

  frameContents(rowIds: readonly number[]): (Uint8Array | null)[] {
    const find = this.db.prepare(`${GROUPS_SQL} AND first_row <= ?`);
    const contents = new Map<number, Uint8Array | null>();
    for (const [from, to] of spansOf(rowIds)) {
      for (const row of find.all(from, to) as unknown as GroupRow[]) {
        const group = groupIfWhole(row);
        if (group === undefined) continue;
        const last = Math.min(to, group.lastRow);
        for (let rowId = Math.max(from, group.firstRow); rowId <= last; rowId++)
          contents.set(rowId, group.content(rowId));
      }
    }
    return rowIds.map((rowId) => contents.get(rowId) ?? null);
  }

  framesAfter(rowId: number, limit: number): FrameRow[] {
    const find = this.db.prepare(`${GROUPS_SQL} ORDER BY first_row LIMIT ?`);
    const frames: FrameRow[] = [];
    let next = rowId + 1;
    for (;;) {
      // Before the first there may be one that ends before the row: where others were taken out of the store.
      const groups = groupsOf(find.all(next, Math.min(PAGE_GROUPS, limit - frames.length) + 1));
      for (const group of groups) {
        for (let row = Math.max(next, group.firstRow); row <= group.lastRow; row++) {
          frames.push(group.frame(row));
          if (frames.length === limit) return frames;
        }
      }
      const last = groups.at(-1);
      if (last === undefined || last.lastRow < next) return frames;
      next = last.lastRow + 1;
    }
  }

  /** The group that has a row. */
  protected groupOf(rowId: number): FrameGroup | undefined {
    const sql =
      'SELECT first_row, frames FROM frame_groups WHERE first_row <= ? ORDER BY first_row DESC LIMIT 1';
    const [group] = groupsOf(this.db.prepare(sql).all(rowId));
    return group?.has(rowId) === true ? group : undefined;
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

/** With the texts that others have too as one for all: a gateway keeps a state for each of its patients. */
function chainState(row: Row, networks: Map<string, string>): ChainState {
  const state = JSON.parse(row['chain_state'] as string) as ChainState;
  const network = networks.get(state.network) ?? state.network;
  networks.set(network, network);
  const { patientId, difficulty, consentKey, gatewayKey, formerConsentKeys } = state;
  const { height, head, time } =
    row['height'] === null
      ? state
      : { height: row['height'] as number, head: row['hash'] as string, time: row['time'] as string };
  const former = formerConsentKeys === undefined ? {} : { formerConsentKeys };
  return { patientId, network, difficulty, height, head, time, consentKey, gatewayKey, ...former };
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
  const { deviceId, epoch, nextSeq, head, headLeaf, gaps } = JSON.parse(
    row['state'] as string,
  ) as DeviceChainRow['state'];
  const ofVoid = headLeaf === undefined ? {} : { headLeaf };
  return {
    chainNo: row['chain_no'] as number,
    patientNo: row['patient_no'] as number,
    state: { deviceId, epoch, nextSeq, head, gaps: gaps.length === 0 ? NO_GAPS : gaps, ...ofVoid },
    openedMs: row['opened_ms'] as number,
  };
}

function groupsOf(rows: readonly object[]): FrameGroup[] {
  return (rows as GroupRow[]).map((row) => new FrameGroup(row.first_row, row.frames));
}

/** Of what is damaged there is nothing to be had: whoever verifies a chain misses it. */
function groupIfWhole(row: GroupRow): FrameGroup | undefined {
  try {
    return new FrameGroup(row.first_row, row.frames);
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}
