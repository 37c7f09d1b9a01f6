import { ANY, ScopeTerm } from '@careledger/domain';
import { Value } from 'typebox/value';

/** `CATEGORY` or `CATEGORY/ResourceType` as people write it; undefined for anything else. */
export function scopeTermOf(text: string): ScopeTerm | undefined {
  const [category, resourceType = ANY, ...more] = text.trim().split('/');
  const term = { category, resourceType };
  return more.length === 0 && Value.Check(ScopeTerm, term) ? term : undefined;
}

/** As {@link scopeTermOf} reads it. */
export const scopeWord = ({ category, resourceType }: ScopeTerm): string =>
  resourceType === ANY ? category : `${category}/${resourceType}`;
