import type { Permission } from '@careledger/domain';

const HL7 = 'http://terminology.hl7.org/CodeSystem';

/** Code systems and identifiers of a Consent (https://hl7.org/fhir/R4/consent.html); `urn:careledger:*` are this project's own. */
export const CONSENT_SYSTEM = {
  status: 'http://hl7.org/fhir/consent-state-codes',
  purpose: `${HL7}/v3-ActReason`,
  actCode: `${HL7}/v3-ActCode`,
  confidentiality: `${HL7}/v3-Confidentiality`,
  resourceType: 'http://hl7.org/fhir/resource-types',
  /** A request to a patient, by its id on the ledger. */
  subscription: 'urn:careledger:subscription',
  /** Of an authority: those of its people whom a grant is for. */
  unit: 'urn:careledger:unit',
  role: 'urn:careledger:role',
} as const;

/** What R4 has no element for. */
export const CONSENT_EXTENSION = {
  /** Of a request: why, for the patient to read and nobody else. */
  reason: 'urn:careledger:reason',
  /** Of a request: when it lapses without an answer. */
  answerBy: 'urn:careledger:answer-by',
  /** Of a provision: a copy that is kept, with `purpose` and `unit`. */
  copy: 'urn:careledger:copy',
  /** Of a provision: `true`, it includes the single measured values. */
  detail: 'urn:careledger:detail',
  /** https://hl7.org/fhir/R4/extension-data-absent-reason.html */
  absent: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason',
} as const;

export interface PlainCoding {
  readonly system: string;
  readonly code: string;
}

/** A Coding as a key. */
export const codingKey = ({ system, code }: PlainCoding): string => `${system}|${code}`;

export const PATIENT_PRIVACY: PlainCoding = { system: `${HL7}/consentscope`, code: 'patient-privacy' };
/** That information may be accessed. */
export const INFORMATION_ACCESS: PlainCoding = { system: CONSENT_SYSTEM.actCode, code: 'INFA' };
/** Nothing is permitted but what the patient says. */
export const OPT_IN: PlainCoding = { system: CONSENT_SYSTEM.actCode, code: 'OPTIN' };
/** Whoever gets the information. */
export const RECIPIENT: PlainCoding = { system: `${HL7}/v3-ParticipationType`, code: 'IRCP' };

/** What a client may say of what kind a Consent is; it is a patient's consent all the same. */
export const CATEGORIES: ReadonlySet<string> = new Set(
  [INFORMATION_ACCESS, { system: 'http://loinc.org', code: '59284-0' }].map(codingKey),
);

/** What is done with records, in HL7's words. */
export const ACTION_OF: Readonly<Record<Permission, PlainCoding>> = {
  read: { system: `${HL7}/v3-DataOperation`, code: 'READ' },
  write: { system: `${HL7}/v3-DataOperation`, code: 'CREATE' },
  modify: { system: `${HL7}/v3-DataOperation`, code: 'UPDATE' },
};
/** The other way round; R4's own code for reading is taken as well. */
export const PERMISSION_OF: ReadonlyMap<string, Permission> = new Map([
  ...Object.entries(ACTION_OF).map(([permission, coding]): [string, Permission] => [
    codingKey(coding),
    permission as Permission,
  ]),
  [codingKey({ system: `${HL7}/consentaction`, code: 'access' }), 'read'],
]);

/** Where the categories of resources are defined, by what their codes look like; the first that fits a code is where it is from. */
export const CATEGORY_SYSTEMS: readonly { readonly system: string; readonly codes: RegExp }[] = [
  {
    system: `${HL7}/observation-category`,
    codes: /^(?:activity|exam|imaging|laboratory|procedure|social-history|survey|therapy|vital-signs)$/,
  },
  { system: `${HL7}/condition-category`, codes: /^(?:problem-list-item|encounter-diagnosis)$/ },
  { system: `${HL7}/v2-0074`, codes: /^[A-Z]{2,3}$/ },
];

/** Labels of security: how confidential something is, and which matter makes it so. */
export const LABEL_SYSTEMS: readonly { readonly system: string; readonly codes: RegExp }[] = [
  { system: CONSENT_SYSTEM.confidentiality, codes: /^[ULMNRV]$/ },
  { system: CONSENT_SYSTEM.actCode, codes: /^[A-Z0-9_]{2,64}$/ },
];
