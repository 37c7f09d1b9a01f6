/**
 * Text of others as it can be shown: control and format characters, right-to-left marks among them, ends of lines, lone
 * surrogates and what Unicode has not assigned stand as JSON's escapes (`\u202e`), so that none of them moves a cursor, turns
 * words round or begins a line of its own. In JSON these are the same strings.
 */
export const printable = (text: string): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, index) => escaped(character.charCodeAt(index))).join(''),
  );

const escaped = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;
