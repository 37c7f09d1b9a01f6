import { isObject, objectsOf, type Json } from '../resources/json.js';

/** Says that elements were left out (https://hl7.org/fhir/R4/resource-definitions.html#Meta.tag). */
const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };
/** What every answer has, and what changes the meaning of the rest. */
const ALWAYS = ['resourceType', 'id', 'meta', 'implicitRules', 'modifierExtension'];
/** Elements that R4 requires, by type. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  AuditEvent: ['type', 'recorded', 'agent', 'source'],
  Consent: ['status', 'scope', 'category'],
  DiagnosticReport: ['status', 'code'],
  DocumentReference: ['status', 'content'],
  Encounter: ['status', 'class'],
  Group: ['type', 'actual'],
  Observation: ['status', 'code'],
  Provenance: ['target', 'recorded', 'agent'],
};
/** Elements of several types, whose names end with the type: `value` is `valueQuantity` and all others. */
const CHOICES = ['effective', 'value'];

/**
 * A resource with the elements that `_elements` names, and with what it cannot be without
 * (https://hl7.org/fhir/R4/search.html#elements).
 */
export function subsetOf(resource: Json, elements: readonly string[]): Json {
  const kept = new Set([...ALWAYS, ...(REQUIRED[String(resource['resourceType'])] ?? []), ...elements]);
  const choices = elements.filter((element) => CHOICES.includes(element));
  const isKept = (name: string): boolean =>
    kept.has(name) || choices.some((choice) => new RegExp(`^${choice}[A-Z]`).test(name));
  const meta = isObject(resource['meta']) ? resource['meta'] : {};
  const subset = Object.entries({
    ...resource,
    meta: { ...meta, tag: [...objectsOf(meta['tag']), SUBSETTED] },
    // `_status` is what extends `status`.
  }).filter(([name]) => isKept(name.replace(/^_/, '')));
  return Object.fromEntries(subset);
}
