import { isGlucose } from '@careledger/clinical';
import type { Layout, MeasureColumn } from './layout.js';
import { RecordingError, type Place } from './problem.js';
import type { RecordingOptions } from './recording.js';
import type { TableRow } from './table.js';
import { readValue, saysNothing, type DecimalMark, type WrittenValue } from './values.js';
import { readTime, type WrittenTime } from './wall-clock.js';

/** A cell that says something. */
export interface WrittenCell {
  readonly measure: MeasureColumn;
  readonly written: Exclude<WrittenValue, { readonly kind: 'none' }>;
}

/** A row as it is written: times without zone, numbers without unit. */
export interface WrittenRow {
  readonly line: number;
  readonly subject: string;
  readonly sequence: string;
  readonly time: WrittenTime;
  readonly cells: readonly WrittenCell[];
}

/** Reads rows one by one. @throws RecordingError at the first cell that is not what its column holds */
export class RowReader {
  readonly #file: string;
  readonly #header: TableRow;
  readonly #layout: Layout;
  readonly #options: RecordingOptions;
  /** The file's, from the first number that has one. */
  #mark: { readonly mark: DecimalMark; readonly line: number } | undefined;

  constructor(file: string, header: TableRow, layout: Layout, options: RecordingOptions) {
    this.#file = file;
    this.#header = header;
    this.#layout = layout;
    this.#options = options;
  }

  /** The row; undefined where it is something else than measurements. */
  read({ line, cells }: TableRow): WrittenRow | undefined {
    const layout = this.#layout;
    if (!layout.takes(cells)) return undefined;
    this.#checkWidth(line, cells);
    const subject = this.#subjectOf(line, cells);
    const cell = cells[layout.timeColumn.index] ?? '';
    const time = readTime(cell, this.#options.dateOrder);
    const place = this.#place(line, layout.timeColumn.name);
    if ('problem' in time) throw new RecordingError(time.code, place, time.problem);
    if (time.kind === 'wall' && this.#options.timezone === undefined)
      throw new RecordingError(
        'TIME_ZONE_UNSAID',
        place,
        `\`${cell}\` has no zone. Say where the clock hung, e.g. --timezone America/New_York.`,
      );
    return {
      ...{ line, subject, time, sequence: layout.sequenceOf(cells) },
      cells: layout.measures.flatMap((measure) => this.#cellOf(line, measure, cells[measure.index] ?? '')),
    };
  }

  #place(line: number, column: string): Place {
    return { file: this.#file, line, column };
  }

  /** Cells beyond the header may be there if they are empty: some programs end each line with a separator. */
  #checkWidth(line: number, cells: readonly string[]): void {
    const names = this.#header.cells;
    const lacking = names.find((name, at) => at >= cells.length && name !== '');
    if (lacking !== undefined)
      throw new RecordingError(
        'ROW_SHORT',
        this.#place(line, lacking),
        `The row has ${cells.length} cells, the header ${names.length}. Separate empty cells too.`,
      );
    // Columns at the end without a name are such separators too; one before them may count rows.
    const last = names.findLastIndex((name) => name !== '');
    const beyond = cells.findIndex((cell, at) => at > last && cell !== '');
    if (beyond !== -1)
      throw new RecordingError(
        'ROW_LONG',
        this.#place(line, `${beyond + 1}`),
        `The row has ${cells.length} cells, the header ${names.length}. Put a cell that holds a separator in double quotes.`,
      );
  }

  #subjectOf(line: number, cells: readonly string[]): string {
    const { subject } = this.#layout;
    if ('only' in subject) return subject.only;
    // Two spellings of one letter in Unicode are one person.
    const name = (cells[subject.index] ?? '').normalize('NFC');
    if (saysNothing(name))
      throw new RecordingError(
        'SUBJECT_EMPTY',
        this.#place(line, subject.name),
        `\`${name}\` does not say whose row this is. Fill it in, or delete the row.`,
      );
    return name;
  }

  #cellOf(line: number, measure: MeasureColumn, cell: string): WrittenCell[] {
    const written = readValue(cell);
    const place = this.#place(line, measure.name);
    if ('problem' in written) throw new RecordingError(written.code, place, written.problem);
    if (written.kind === 'none') return [];
    if (written.kind === 'beyond' && !isGlucose(measure.entry.code))
      throw new RecordingError(
        'VALUE_INVALID',
        place,
        `\`${cell}\` is known for glucose alone. Write a bound, such as \`<40\`, or leave the cell empty.`,
      );
    if (written.kind === 'number' && written.mark !== undefined) this.#checkMark(written.mark, place, cell);
    return [{ measure, written }];
  }

  #checkMark(mark: DecimalMark, place: Place, cell: string): void {
    this.#mark ??= { mark, line: place.line };
    if (this.#mark.mark !== mark)
      throw new RecordingError(
        'VALUE_AMBIGUOUS',
        place,
        `\`${cell}\` has another decimal mark than line ${this.#mark.line}. Use one in the whole file.`,
      );
  }
}
