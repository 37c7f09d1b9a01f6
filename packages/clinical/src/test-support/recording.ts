import { readFileSync } from 'node:fs';
import { columnEntry } from '../codes.js';
import type { ClinicalReading } from '../reading.js';

/** The readings of a recording by subject: one per non-empty cell, each column a device, rows numbered as they come. */
export function readRecording(path: string | URL): Map<string, ClinicalReading[]> {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
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
