/** How a type of resource says whom it is about. */
export interface RecordType {
  /** The element that has to name the patient; undefined for what others refer to, such as a Practitioner. */
  readonly subject?: string;
  /** Whether the subject may be left out: R4 has such things in stock, too. */
  readonly isOptional?: true;
}

const words = (text: string): string[] => text.split(/\s+/);

/** Types that are about one patient, by their element for it (https://hl7.org/fhir/R4/fivews.html, FiveWs.subject). */
const ABOUT_A_PATIENT: Readonly<Record<string, readonly string[]>> = {
  subject: words(`Account AdverseEvent Basic CarePlan CareTeam ChargeItem ClinicalImpression Communication
    CommunicationRequest Composition Condition DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest
    DocumentReference Encounter Flag Goal GuidanceResponse ImagingStudy Invoice List MeasureReport Media
    MedicationAdministration MedicationDispense MedicationRequest MedicationStatement Observation Procedure
    QuestionnaireResponse RequestGroup RiskAssessment ServiceRequest`),
  patient: words(`AllergyIntolerance BodyStructure Claim ClaimResponse CoverageEligibilityRequest
    CoverageEligibilityResponse DetectedIssue EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory Immunization
    ImmunizationEvaluation ImmunizationRecommendation MolecularSequence NutritionOrder SupplyDelivery
    VisionPrescription`),
  beneficiary: ['Coverage'],
  for: ['Task'],
  individual: ['ResearchSubject'],
};

/** What the resources about the patient refer to. */
const SUPPORTING = words(`Binary HealthcareService Location Medication Organization Patient Practitioner
  PractitionerRole Provenance Questionnaire Substance`);

/**
 * The resource types that a record may contain. Refused are definitions, terminology, messages, subscriptions and
 * schedules, which are no one's health data; Person, RelatedPerson and Group, which are about others; Consent and
 * Contract, for consent is a statement of the patient; Bundle and Parameters, which would hide any of these.
 */
export const RECORD_TYPES: ReadonlyMap<string, RecordType> = new Map<string, RecordType>([
  ...Object.entries(ABOUT_A_PATIENT).flatMap(([subject, types]) =>
    types.map((type): [string, RecordType] => [type, { subject }]),
  ),
  ['Device', { subject: 'patient', isOptional: true }],
  ['Specimen', { subject: 'subject', isOptional: true }],
  ...SUPPORTING.map((type): [string, RecordType] => [type, {}]),
]);

/** Whether a resource of the type is about a patient, so that a record of it alone says something. */
export function isAboutPatient(resourceType: string): boolean {
  const type = RECORD_TYPES.get(resourceType);
  return type?.subject !== undefined && type.isOptional !== true;
}
