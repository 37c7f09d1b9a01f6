import { percent } from '../report/number.js';
import { partsOf } from './self-time.js';
import type { Stack } from './stacks.js';

const WIDTH = 1_200;
const ROW_HEIGHT = 17;
const HEAD_HEIGHT = 62;
const LEGEND_COLUMNS = 6;
/** Of a letter of the labels' font, on average. */
const LETTER_WIDTH = 6.2;
/** What is narrower would not be seen, and makes the file large. */
const LEAST_WIDTH = 1.5;
const LEAST_LABEL_LETTERS = 4;
/** Of the parts with the most self time, in this order; light, so that black letters are read on them. */
const COLOURS = [
  ...['#f6a58b', '#8ec5e8', '#f5d76e', '#93d3a2', '#d8b4e2', '#f2b5c7'],
  ...['#b9d879', '#7fd6cf', '#d9b38c', '#aab4f0', '#e8e19a', '#c9a6a6'],
];
const OTHER_COLOUR = '#dddddd';

interface Row {
  readonly stack: Stack;
  readonly x: number;
  readonly width: number;
  readonly depth: number;
}

/** A flame graph that needs nothing but itself: whoever opens it alone sees each function's whole name by pointing at it. */
export function flameSvg(title: string, root: Stack): string {
  const rows = layout(root);
  const height = HEAD_HEIGHT + (Math.max(...rows.map(({ depth }) => depth)) + 1) * ROW_HEIGHT + 4;
  const parts = partsOf(root).slice(0, COLOURS.length);
  const colours = new Map(parts.map(({ name }, index) => [name, COLOURS[index] ?? OTHER_COLOUR]));
  const colourOf = (part: string): string => colours.get(part) ?? OTHER_COLOUR;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" ` +
      'font-family="sans-serif" font-size="11">',
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="8" y="18" font-size="14">${escaped(title)}</text>`,
    ...parts.map(({ name, share }, index) => {
      const x = 8 + (index % LEGEND_COLUMNS) * ((WIDTH - 16) / LEGEND_COLUMNS);
      const y = 28 + Math.floor(index / LEGEND_COLUMNS) * 15;
      const text = escaped(`${name} ${percent(share)}`);
      return `<rect x="${fixed(x)}" y="${y}" width="10" height="10" fill="${colourOf(name)}"/><text x="${fixed(x + 14)}" y="${y + 9}">${text}</text>`;
    }),
    ...rows.map((row) => box(row, { height, colour: colourOf(row.stack.part), total: root.total })),
    '</svg>',
    '',
  ].join('\n');
}

/** Where each function lies: below it what called it, in its width. The widest call first. */
function layout(root: Stack): Row[] {
  const rows: Row[] = [];
  const place = (stack: Stack, x: number, depth: number): void => {
    const width = (stack.total / root.total) * WIDTH;
    if (!(width >= LEAST_WIDTH)) return;
    rows.push({ stack, x, width, depth });
    let callX = x;
    for (const call of [...stack.calls.values()].sort((a, b) => b.total - a.total)) {
      place(call, callX, depth + 1);
      callX += (call.total / root.total) * WIDTH;
    }
  };
  place(root, 0, 0);
  return rows;
}

interface Drawing {
  readonly height: number;
  readonly colour: string;
  /** Samples of the whole graph. */
  readonly total: number;
}

function box({ stack, x, width, depth }: Row, { height, colour, total }: Drawing): string {
  const y = height - (depth + 1) * ROW_HEIGHT - 2;
  const whole = `${stack.name}${stack.module === '' ? '' : ` (${stack.module})`} ${percent(stack.total / total)}`;
  const rect = `<rect x="${fixed(x)}" y="${y}" width="${fixed(width - 0.5)}" height="${ROW_HEIGHT - 1}" fill="${colour}"/>`;
  const letters = Math.floor((width - 4) / LETTER_WIDTH);
  const label =
    letters < LEAST_LABEL_LETTERS
      ? ''
      : `<text x="${fixed(x + 2)}" y="${y + 12}">${escaped(shortened(whole, letters))}</text>`;
  return `<g><title>${escaped(whole)}</title>${rect}${label}</g>`;
}

const shortened = (text: string, letters: number): string =>
  text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;

const fixed = (value: number): string => String(Number(value.toFixed(1)));

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
