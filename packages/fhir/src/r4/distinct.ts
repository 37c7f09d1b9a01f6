import { isObject, objectsOf, type Json } from '../json.js';
import { at } from '../validate.js';
import type { Report } from './issue.js';

/** Constraints that say that no two are the same: FHIRPath compares each with each, and texts beside the codes. */
export function checkDistinct(resource: Json, path: string, report: Report): void {
  const { resourceType } = resource;
  const ids = new Set<string>();
  for (const [name, item] of Object.entries(resource)) checkIds(item, at(path, name), ids, report);
  if (resourceType === 'Bundle') checkUrls(resource, path, report);
  if (resourceType === 'Questionnaire') checkLinkIds(resource, path, new Set(), report);
  if (resourceType === 'Observation') checkComponents(resource, path, report);
}

const ABSOLUTE = /^(?:https?:\/\/|urn:(?:uuid|oid):)/;

/** R4 bdl-7: one resource, or version of one in a history, under each `fullUrl`. */
function checkUrls({ type, entry }: Json, path: string, report: Report): void {
  if (type === 'history') return;
  const seen = new Set<string>();
  objectsOf(entry).forEach(({ fullUrl, resource }, index) => {
    if (typeof fullUrl !== 'string') {
      const message = 'an entry has one, by which others lead to its resource';
      return report({ code: 'required', path: `${at(path, 'entry')}[${index}].fullUrl`, message });
    }
    if (!ABSOLUTE.test(fullUrl)) {
      const message = 'not an absolute URL';
      report({ code: 'value', path: `${at(path, 'entry')}[${index}].fullUrl`, message });
    }
    const meta = isObject(resource) ? resource['meta'] : undefined;
    const name = JSON.stringify([fullUrl, isObject(meta) ? meta['versionId'] : undefined]);
    if (seen.has(name)) {
      const message = `${fullUrl} names two resources of the bundle`;
      report({ code: 'invariant', path: `${at(path, 'entry')}[${index}].fullUrl`, rule: 'bdl-7', message });
    }
    seen.add(name);
  });
}

/** R4 que-2: each item of a questionnaire has a name of its own. */
function checkLinkIds({ item }: Json, path: string, seen: Set<unknown>, report: Report): void {
  objectsOf(item).forEach((one, index) => {
    const itemPath = `${at(path, 'item')}[${index}]`;
    const { linkId } = one;
    if (seen.has(linkId)) {
      const message = 'another item has this linkId';
      report({ code: 'invariant', path: at(itemPath, 'linkId'), rule: 'que-2', message });
    }
    seen.add(linkId);
    checkLinkIds(one, itemPath, seen, report);
  });
}

/** R4 obs-7: where an Observation has a value, none of its components has its code. */
function checkComponents(observation: Json, path: string, report: Report): void {
  if (!Object.keys(observation).some((name) => name.startsWith('value'))) return;
  const own = new Set(codesOf(observation['code']));
  objectsOf(observation['component']).forEach(({ code }, index) => {
    if (!codesOf(code).some((one) => own.has(one))) return;
    const message = 'the code of the value: which of the two is it?';
    report({ code: 'invariant', path: `${at(path, 'component')}[${index}].code`, rule: 'obs-7', message });
  });
}

const codesOf = (concept: unknown): string[] =>
  objectsOf(isObject(concept) ? concept['coding'] : undefined).map(({ system, code }) =>
    JSON.stringify([system, code]),
  );

/** The ids of elements are distinct within a resource (https://hl7.org/fhir/R4/element.html). */
function checkIds(value: unknown, path: string, seen: Set<string>, report: Report): void {
  if (Array.isArray(value))
    return value.forEach((item, index) => checkIds(item, `${path}[${index}]`, seen, report));
  // Those within a resource that stands in this one are of that one.
  if (!isObject(value) || value['resourceType'] !== undefined) return;
  const { id } = value;
  if (typeof id === 'string') {
    if (seen.has(id))
      report({ code: 'value', path, message: `two elements of the resource have the id ${id}` });
    seen.add(id);
  }
  for (const [name, item] of Object.entries(value)) checkIds(item, at(path, name), seen, report);
}
