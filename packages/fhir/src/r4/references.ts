import { isObject, type Json } from '../json.js';
import { at } from '../validate.js';
import type { Report } from './issue.js';
import type { Met } from './structure.js';

/** The end of a reference to a resource of a server: type and id, maybe of one version. */
const BY_TYPE = /(?:^|\/)([A-Z][A-Za-z]+)\/[^/#?\s]+(?:\/_history\/[^/#?\s]+)?$/;

/** Types of the resources that a Bundle has, by their `fullUrl`; none of what is no Bundle. */
export function typesByUrl(resource: Json): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  const { entry } = resource;
  for (const item of Array.isArray(entry) ? (entry as unknown[]) : []) {
    if (!isObject(item) || !isObject(item['resource'])) continue;
    const { fullUrl, resource: inner } = item;
    if (typeof fullUrl === 'string') types.set(fullUrl, String(inner['resourceType']));
  }
  return types;
}

/** Reports a Reference that leads to a type of resource that its element does not take. */
export function checkTarget(
  { value, path, container, element }: Met,
  byUrl: ReadonlyMap<string, string>,
  report: Report,
): void {
  const targets = element?.targets;
  const { reference, type } = value;
  const target = typeof reference === 'string' ? typeOf(reference, container, byUrl) : undefined;
  const said = typeof type === 'string' ? type : undefined;
  if (target !== undefined && said !== undefined && target !== said)
    report({ code: 'structure', path: at(path, 'type'), message: `leads to ${target}, and says ${said}` });
  const named = target ?? said;
  if (targets === undefined || named === undefined || targets.includes(named)) return;
  report({ code: 'structure', path, message: `leads to ${named}; it may lead to ${targets.join(', ')}` });
}

function typeOf(reference: string, container: Json, byUrl: ReadonlyMap<string, string>): string | undefined {
  if (reference === '#') return String(container['resourceType']);
  if (!reference.startsWith('#')) return byUrl.get(reference) ?? BY_TYPE.exec(reference)?.[1];
  const { contained } = container;
  const found = (Array.isArray(contained) ? (contained as unknown[]) : []).find(
    (one) => isObject(one) && one['id'] === reference.slice(1),
  );
  return isObject(found) ? String(found['resourceType']) : undefined;
}
