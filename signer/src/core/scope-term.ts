import { ANY, ScopeTerm } from '@careledger/domain';
import { Value } from 'typebox/value';

const LOINC = 'http://loinc.org';

/** What people write before a colon, and the term that the rest stands for. */
const FORMS = {
  label: (label: string) => ({ label }),
  code: (text: string) => {
    const [system = '', code, ...more] = text.split('|');
    if (code === undefined) return { system: LOINC, code: text };
    return more.length === 0 ? { system, code } : {};
  },
  author: (text: string) => {
    const [author, practitionerId, ...more] = text.split('/');
    if (practitionerId === undefined) return { author };
    return more.length === 0 ? { author, practitionerId } : {};
  },
  visit: (encounter: string) => ({ encounter }),
  record: (recordId: string) => ({ recordId }),
};
export type ScopeForm = keyof typeof FORMS;
/** Every word that {@link scopeTermOf} knows before a colon. */
export const SCOPE_FORMS = Object.keys(FORMS) as ScopeForm[];

/**
 * A term as people write it: `CATEGORY` or `CATEGORY/ResourceType`, `label:R`, `code:2339-0` of LOINC or `code:SYSTEM|CODE`,
 * `author:AUTHORITY` or `author:AUTHORITY/PRACTITIONER`, `visit:ID`, `record:ID`; undefined for anything else.
 */
export function scopeTermOf(text: string): ScopeTerm | undefined {
  const [, form = '', value = ''] = /^([a-z]+):(.*)$/.exec(text.trim()) ?? [];
  const term = isForm(form) ? FORMS[form](value) : categoryIn(text.trim());
  return Value.Check(ScopeTerm, term) ? term : undefined;
}

const isForm = (word: string): word is ScopeForm => Object.hasOwn(FORMS, word);

function categoryIn(text: string): object {
  const [category, resourceType = ANY, ...more] = text.split('/');
  return more.length === 0 ? { category, resourceType } : {};
}

/** As {@link scopeTermOf} reads it. */
export function scopeWord(term: ScopeTerm): string {
  if ('category' in term)
    return term.resourceType === ANY ? term.category : `${term.category}/${term.resourceType}`;
  if ('label' in term) return `label:${term.label}`;
  if ('code' in term) return term.system === LOINC ? `code:${term.code}` : `code:${term.system}|${term.code}`;
  if ('author' in term)
    return `author:${term.practitionerId === undefined ? term.author : `${term.author}/${term.practitionerId}`}`;
  if ('encounter' in term) return `visit:${term.encounter}`;
  return `record:${term.recordId}`;
}
