import { timestampOf } from '@careledger/domain';
import type { Recording, RecordingRow } from './recording.js';

const DAY_MS = 86_400_000;

/**
 * Moves each subject by whole days so that its last measurement lies in the past, less than a day ago: recordings are
 * old, or dated far ahead by their authors, and the gateway refuses readings from the future.
 */
export function shiftIntoPast(recording: Recording, nowMs: number): Recording {
  const subjects = new Map(
    [...recording.subjects].map(([subject, rows]) => [subject, shiftRows(rows, nowMs)] as const),
  );
  return { ...recording, subjects };
}

function shiftRows(rows: readonly RecordingRow[], nowMs: number): RecordingRow[] {
  const lastMs = rows.at(-1)?.timeMs ?? nowMs;
  const shiftMs = Math.floor((nowMs - lastMs) / DAY_MS) * DAY_MS;
  return rows.map((row) => {
    const timeMs = row.timeMs + shiftMs;
    const t = timestampOf(timeMs);
    return { ...row, timeMs, readings: row.readings.map((reading) => ({ ...reading, t })) };
  });
}
