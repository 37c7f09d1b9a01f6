/** Where R4's own types and profiles are defined; a name follows. */
export const R4_DEFINITION = 'http://hl7.org/fhir/StructureDefinition/';

/** Identifier and code systems that bundles use. `urn:careledger:*` are this project's own. */
export const SYSTEM = {
  loinc: 'http://loinc.org',
  snomed: 'http://snomed.info/sct',
  ucum: 'http://unitsofmeasure.org',
  observationCategory: 'http://terminology.hl7.org/CodeSystem/observation-category',
  interpretation: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
  /** https://hl7.org/fhir/R4/codesystem-observation-statistics.html */
  statistics: 'http://terminology.hl7.org/CodeSystem/observation-statistics',
  dataAbsentReason: 'http://terminology.hl7.org/CodeSystem/data-absent-reason',
  provenanceParticipant: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
  /** https://hl7.org/fhir/R4/v2/0203/ */
  identifierType: 'http://terminology.hl7.org/CodeSystem/v2-0203',
  uri: 'urn:ietf:rfc:3986',
  /** Statistics that the code system above has no code for. */
  ownStatistics: 'urn:careledger:statistics',
  /** The rules by which emergencies are raised. */
  rule: 'urn:careledger:rule',
  /** What an alarm says of itself: `type`, `priority`, `confirmation`, `timeliness`, `end`. */
  alarm: 'urn:careledger:alarm',
  patient: 'urn:careledger:patient',
  device: 'urn:careledger:device',
  gateway: 'urn:careledger:gateway',
  authority: 'urn:careledger:authority',
  practitioner: 'urn:careledger:practitioner',
  episode: 'urn:careledger:episode',
  window: 'urn:careledger:window',
  /** The single values of a window. */
  windowDetail: 'urn:careledger:window-detail',
  document: 'urn:careledger:document',
  /** A visit, by its id on the ledger: the encounter to which something belongs. */
  visit: 'urn:careledger:visit',
  /** A block of a patient's private chain: `{height}:{hash}`. */
  block: 'urn:careledger:block',
  /** A version of a patient's settings: `{version}:{statement hash}`. */
  settings: 'urn:careledger:settings',
} as const;
