/** IHE Basic Audit Log Patterns 1.1.3 (https://profiles.ihe.net/ITI/BALP): a read of what is about a patient. */
export const PATIENT_READ =
  'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead';

/** Code systems that BALP and R4 name for an AuditEvent, and this project's own for what is on the ledger. */
export const AUDIT_SYSTEM = {
  eventType: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
  interaction: 'http://hl7.org/fhir/restful-interaction',
  purpose: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
  dicom: 'http://dicom.nema.org/resources/ontology/DCM',
  participation: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
  sourceType: 'http://terminology.hl7.org/CodeSystem/security-source-type',
  entityType: 'http://terminology.hl7.org/CodeSystem/audit-entity-type',
  resourceType: 'http://hl7.org/fhir/resource-types',
  role: 'http://terminology.hl7.org/CodeSystem/object-role',
  provider: 'urn:careledger:provider',
  record: 'urn:careledger:record',
  grant: 'urn:careledger:grant',
  /** The ledger's channel on which the attempt was decided. */
  channel: 'urn:careledger:channel',
  transaction: 'urn:careledger:transaction',
  /** What kind of thing an entity is that R4 has no code for. */
  entity: 'urn:careledger:audit-entity',
  /** A page of a statement, by the ID of the proposal that the peers answered. */
  disclosure: 'urn:careledger:disclosure',
} as const;
