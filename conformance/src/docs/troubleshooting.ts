import type { Catalogues, Meaning } from './catalogues.js';

export const TROUBLESHOOTING_PAGE = 'docs/troubleshooting.md';
const HEADING = '### ';

/** The page as people wrote it: all of it but what the catalogues say. */
export interface Troubleshooting {
  /** Everything above the first code. */
  readonly introduction: string;
  /** By code, what it means for the reader and what to do next; empty where nobody has written it yet. */
  readonly advice: ReadonlyMap<string, string>;
}

/** Takes a page apart; {@link renderTroubleshooting} puts it together again. */
export function parseTroubleshooting(page: string): Troubleshooting {
  const [introduction = '', ...sections] = page.split(`\n${HEADING}`);
  return {
    introduction: introduction.trim(),
    advice: new Map(
      sections.map((section) => {
        const [code = '', ...lines] = section.split('\n');
        // Below the heading stands what the catalogues say, a list; people write under it.
        const first = lines.findIndex((line) => line !== '' && !line.startsWith('- '));
        return [code.trim(), first < 0 ? '' : lines.slice(first).join('\n').trim()];
      }),
    ),
  };
}

/** The whole page: a section for each code of the catalogues and none besides, in alphabetical order. */
export function renderTroubleshooting({ introduction, advice }: Troubleshooting, codes: Catalogues): string {
  const sections = [...codes]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, meanings]) => {
      const said = meanings.map(lineOf).join('\n');
      const written = advice.get(code) ?? '';
      return [`${HEADING}${code}`, said, ...(written === '' ? [] : [written])].join('\n\n');
    });
  return `${[introduction, ...sections].join('\n\n')}\n`;
}

/** Codes that a page says nothing of but what the catalogues say. */
export function withoutAdvice({ advice }: Troubleshooting, codes: Catalogues): string[] {
  return [...codes.keys()].filter((code) => (advice.get(code) ?? '') === '').toSorted();
}

/** Codes that a page has and no catalogue. */
export function withoutCode({ advice }: Troubleshooting, codes: Catalogues): string[] {
  return [...advice.keys()].filter((code) => !codes.has(code)).toSorted();
}

const lineOf = ({ where, words }: Meaning): string =>
  words === undefined ? `- ${where}` : `- ${where}: ${words}`;
