import { isObject, type Json } from '../json.js';
import { at } from '../validate.js';
import type { Report } from './issue.js';

/** Constraints that say that no two are the same: FHIRPath compares each with each, and texts beside the codes. */
export function checkDistinct(resource: Json, path: string, report: Report): void {
  if (resource['resourceType'] === 'Bundle') checkUrls(resource, path, report);
  if (resource['resourceType'] === 'Questionnaire') checkLinkIds(resource, path, new Set(), report);
  if (resource['resourceType'] === 'Observation') checkComponents(resource, path, report);
}

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** R4 bdl-7: one resource, or version of one in a history, under each `fullUrl`. */
function checkUrls({ type, entry }: Json, path: string, report: Report): void {
  if (type === 'history') return;
  const seen = new Set<string>();
  listOf(entry).forEach(({ fullUrl, resource }, index) => {
    if (typeof fullUrl !== 'string') return;
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
  listOf(item).forEach((one, index) => {
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
  listOf(observation['component']).forEach(({ code }, index) => {
    if (!codesOf(code).some((one) => own.has(one))) return;
    const message = 'the code of the value: which of the two is it?';
    report({ code: 'invariant', path: `${at(path, 'component')}[${index}].code`, rule: 'obs-7', message });
  });
}

const codesOf = (concept: unknown): string[] =>
  listOf(isObject(concept) ? concept['coding'] : undefined).map(({ system, code }) =>
    JSON.stringify([system, code]),
  );
