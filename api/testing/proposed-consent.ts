const HL7 = 'http://terminology.hl7.org/CodeSystem';
const concept = (system: string, code: string) => ({ coding: [{ system, code }] });

/** What a hospital asks of a patient, as a FHIR client writes it: to read for treatment, every record. */
export const proposedConsent = (patient: object) => ({
  resourceType: 'Consent',
  status: 'proposed',
  scope: concept(`${HL7}/consentscope`, 'patient-privacy'),
  category: [concept(`${HL7}/v3-ActCode`, 'INFA')],
  patient,
  policyRule: concept(`${HL7}/v3-ActCode`, 'OPTIN'),
  provision: {
    type: 'permit',
    actor: [
      {
        role: concept(`${HL7}/v3-ParticipationType`, 'IRCP'),
        reference: { identifier: { system: 'urn:careledger:authority', value: 'aut_hospital' } },
      },
    ],
    action: [concept(`${HL7}/v3-DataOperation`, 'READ')],
    purpose: [{ system: `${HL7}/v3-ActReason`, code: 'TREAT' }],
  },
});
