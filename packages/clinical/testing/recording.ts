import { columnEntry } from '../src/model/codes.js';
import type { ClinicalReading } from '../src/model/reading.js';

/** The readings of a recording (CSV) by subject: one per non-empty cell, each column a device, rows numbered as they come. */
export function parseRecording(csv: string): Map<string, ClinicalReading[]> {
  const [header = '', ...lines] = csv.trimEnd().split('\n');
  const columns = header.trim().split(',');
  const bySubject = new Map<string, ClinicalReading[]>();
  let rowId = 0;
  for (const line of lines) {
    const cells = line.trim().split(',');
    const subject = cells[columns.indexOf('subject')] ?? 'only';
    const t = Date.parse(cells[columns.indexOf('time')] ?? '');
    const readings = bySubject.get(subject) ?? [];
    bySubject.set(subject, readings);
    columns.forEach((column, i) => {
      const entry = columnEntry(column);
      const cell = cells[i] ?? '';
      if (entry === undefined || cell === '') return;
      const value = Number(cell);
      readings.push({ rowId: rowId++, deviceId: `dev_${column}`, t, code: entry.code, value, receivedAt: t });
    });
  }
  return bySubject;
}
