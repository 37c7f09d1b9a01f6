import type { AccessState } from '@careledger/contracts';
import { SYSTEM, concept, outside, uuidOf } from '@careledger/fhir';
import { CHANNEL, type PlacedAccess } from './access-page.js';
import { AUDIT_SYSTEM, PATIENT_READ } from './systems.js';

/** A FHIR R4 AuditEvent, as far as this project writes it. */
export interface AuditEvent {
  readonly resourceType: 'AuditEvent';
  readonly id: string;
  readonly [element: string]: unknown;
}

/** https://hl7.org/fhir/R4/codesystem-audit-event-outcome.html: a refusal is a failure of the caller’s, as HTTP’s 4xx. */
export const OUTCOME = { permit: '0', deny: '4' } as const;
/** https://hl7.org/fhir/R4/valueset-network-type.html: URI. No network address lies on the ledger. */
const URI_NETWORK = '5';

/** An attempt, with its place on the ledger where that is known. */
type MaybePlaced = Pick<PlacedAccess, 'access'> & { readonly place?: PlacedAccess['place'] | undefined };

const coding = (system: string, code: string) => ({ system, code });

/**
 * An attempt as IHE BALP has a read of what is about a patient. A permit claims the profile PatientRead; a denial is made
 * after the same pattern, without the claim, since the profile is of successful reads. What is not on the ledger is not
 * in it: no name, no network address, no other time than the transaction's.
 * @param placed without its place where the peers were not asked for it
 */
export function auditEventOf({ access, place }: MaybePlaced): AuditEvent {
  const { patientId, requester, requestSid, decision, reason, purpose, at, version } = access;
  return {
    resourceType: 'AuditEvent',
    id: uuidOf(`AuditEvent|${patientId}|${requester}|${requestSid}`),
    ...(decision === 'permit' && { meta: { profile: [PATIENT_READ] } }),
    type: coding(AUDIT_SYSTEM.eventType, 'rest'),
    subtype: [coding(AUDIT_SYSTEM.interaction, version === undefined ? 'read' : 'vread')],
    action: 'R',
    recorded: at,
    outcome: OUTCOME[decision],
    outcomeDesc: reason,
    purposeOfEvent: [concept(AUDIT_SYSTEM.purpose, purpose)],
    agent: agentsOf(access),
    source: {
      observer: outside('Device', AUDIT_SYSTEM.channel, CHANNEL),
      type: [coding(AUDIT_SYSTEM.sourceType, '6')],
    },
    entity: [recordOf(access), patientOf(access), transactionOf({ access, place }), ...ruleOf(access)],
  };
}

/** Whose system asked, whose would answer, and the person who is named: `client`, `server`, `user` of the profile. */
function agentsOf(access: AccessState): object[] {
  const { patientId, requester, practitionerId, purpose, releasingProviderId, throughProviderId } = access;
  const isOwn = requester === patientId;
  const person = isOwn
    ? outside('Patient', SYSTEM.patient, patientId)
    : practitionerId !== undefined
      ? outside('Practitioner', SYSTEM.practitioner, practitionerId)
      : undefined;
  const gateway = party('Device', SYSTEM.gateway, patientId);
  const providerId = releasingProviderId ?? throughProviderId;
  // A direct notice came from the patient's gateway, before any provider.
  const server =
    providerId === undefined ? gateway : party('Organization', AUDIT_SYSTEM.provider, providerId);
  const client = isOwn ? gateway : party('Organization', SYSTEM.authority, requester);
  const network = (address: string) => ({ address, type: URI_NETWORK });
  return [
    {
      type: concept(AUDIT_SYSTEM.dicom, '110152'),
      ...{ who: client.who, requestor: person === undefined, network: network(client.uri) },
    },
    {
      type: concept(AUDIT_SYSTEM.dicom, '110153'),
      ...{ who: server.who, requestor: false, network: network(server.uri) },
    },
    ...(person === undefined
      ? []
      : [
          {
            type: concept(AUDIT_SYSTEM.participation, 'IRCP'),
            ...{ who: person, requestor: true },
            purposeOfUse: [concept(AUDIT_SYSTEM.purpose, purpose)],
          },
        ]),
  ];
}

/** Whose system took part, with a URI that says the same. */
const party = (type: string, system: string, id: string) => ({
  who: outside(type, system, id),
  uri: `${system}:${id}`,
});

const recordOf = ({ recordId, version }: AccessState) => ({
  what: outside('Bundle', AUDIT_SYSTEM.record, recordId),
  type: coding(AUDIT_SYSTEM.entityType, '2'),
  role: coding(AUDIT_SYSTEM.role, '4'),
  ...detail({ version }),
});

const patientOf = ({ patientId }: AccessState) => ({
  what: outside('Patient', SYSTEM.patient, patientId),
  type: coding(AUDIT_SYSTEM.entityType, '1'),
  role: coding(AUDIT_SYSTEM.role, '1'),
});

/** Where on the ledger the attempt stands, and what it rests on. */
const transactionOf = ({ access, place }: MaybePlaced) => ({
  what: { identifier: { system: AUDIT_SYSTEM.transaction, value: access.txId } },
  type: coding(AUDIT_SYSTEM.entity, 'transaction'),
  ...detail({
    ...{ block: place?.block, position: place?.position, request: access.requestSid, basis: access.basis },
    ...{ policyVersion: access.policyVersion, throughProvider: access.throughProviderId },
    ...{ releaseBefore: access.releaseBefore, readAt: access.readAt },
  }),
});

/** The grant of a permit, or the denial that was decisive. */
const ruleOf = ({ grantId }: AccessState) =>
  grantId === undefined
    ? []
    : [
        {
          what: outside('Consent', AUDIT_SYSTEM.grant, grantId),
          type: coding(AUDIT_SYSTEM.resourceType, 'Consent'),
        },
      ];

function detail(values: Readonly<Record<string, string | number | undefined>>): { detail?: object[] } {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return known.length === 0
    ? {}
    : { detail: known.map(([type, value]) => ({ type, valueString: String(value) })) };
}
