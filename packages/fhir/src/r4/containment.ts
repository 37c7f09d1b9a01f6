import { isObject, objectsOf, type Json } from '../json.js';
import { at } from '../validate.js';
import type { Report } from './issue.js';

/** Whatever texts an element and those within it have, by the name of their member. */
function* textsOf(value: unknown, name = ''): Generator<readonly [name: string, text: string]> {
  if (typeof value === 'string') yield [name, value];
  else if (Array.isArray(value)) for (const item of value) yield* textsOf(item, name);
  else if (isObject(value)) for (const [key, item] of Object.entries(value)) yield* textsOf(item, key);
}

/** R4 dom-3: what is contained is referred to within the resource, or refers to the resource. */
export function checkContained(resource: Json, path: string, report: Report): void {
  const { contained, ...own } = resource;
  const list = objectsOf(contained);
  if (list.length === 0) return;
  const within = list.map((inner) => [...textsOf(inner)]);
  const byOwn = new Set([...textsOf(own)].map(([, text]) => text));
  /** By text: which of the contained have it. */
  const byContained = new Map<string, Set<number>>();
  within.forEach((texts, index) => {
    for (const [, text] of texts)
      if (text.startsWith('#')) byContained.set(text, (byContained.get(text) ?? new Set()).add(index));
  });
  list.forEach((inner, index) => {
    const name = `#${String(inner['id'])}`;
    const others = byContained.get(name);
    const isReferredTo = byOwn.has(name) || (others !== undefined && (others.size > 1 || !others.has(index)));
    const refersBack = within[index]?.some(([member, text]) => member === 'reference' && text === '#');
    if (!isReferredTo && refersBack !== true)
      report({
        code: 'invariant',
        path: `${at(path, 'contained')}[${index}]`,
        rule: 'dom-3',
        message: 'nothing in the resource refers to it, nor it to the resource',
      });
  });
}
