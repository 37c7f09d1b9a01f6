import type { Figure } from '../experiment.js';

/** A figure's data, a line for each point (RFC 4180). */
export function csvOf({ x, y, series }: Figure): string {
  const rows = series.flatMap(({ name, points }) =>
    points.map((point) => [name, String(point.x), String(point.y), String(point.runs)]),
  );
  const head = ['series', x.label, y.label, 'runs'];
  return [head, ...rows].map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

const cellOf = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
