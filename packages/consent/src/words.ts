import { ANY, type Permission, type PurposeOfUse } from '@careledger/domain';
import type { ScopeMeaning } from '@careledger/protocol/sealed';

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

export function scopeWords({ category, resourceType }: ScopeMeaning): string {
  const type = resourceType === ANY ? 'any kind' : resourceType;
  return category === ANY ? `every category (${type})` : `category ${category} (${type})`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[], last: 'and' | 'or'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
