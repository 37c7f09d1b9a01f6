import type { Permission, PurposeOfUse } from '@careledger/domain';

export const PERMISSION_WORDS: Readonly<Record<Permission, string>> = {
  read: 'read',
  write: 'add to',
  modify: 'change',
};

export const PURPOSE_WORDS: Readonly<Record<PurposeOfUse, string>> = {
  TREAT: 'treatment',
  ETREAT: 'emergency treatment',
  HPAYMT: 'payment',
  HOPERAT: 'healthcare operations',
  HRESCH: 'research',
  PATRQT: 'what I ask for',
  BTG: 'breaking the glass',
};

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[], last: 'and' | 'or'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** @throws RangeError: the words do not stand for the tags */
export function assertSame(signed: readonly string[], meant: readonly string[]): void {
  if (signed.length !== meant.length || signed.some((tag, index) => tag !== meant[index]))
    throw new RangeError('The words do not stand for the tags that are signed');
}
