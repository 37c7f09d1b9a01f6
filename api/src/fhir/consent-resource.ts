import type { GrantState, SubscriptionState } from '@careledger/contracts';
import { SYSTEM, outside, patientResourceIdOf, statementIdOf } from '@careledger/fhir';
import type { Period, Permission, PurposeOfUse } from '@careledger/domain';
import { isStanding } from '@careledger/policy';
import type { GrantMeaning } from '@careledger/protocol';
import type { Json } from '../resources/json.js';
import {
  ACTION_OF,
  CONSENT_EXTENSION,
  CONSENT_SYSTEM,
  INFORMATION_ACCESS,
  OPT_IN,
  PATIENT_PRIVACY,
  RECIPIENT,
  type PlainCoding,
} from './consent-codes.js';
import { SEALED_FILTER, filtersOf } from './consent-filters.js';

/** https://hl7.org/fhir/R4/valueset-consent-state-codes.html, those that a request comes to have. */
export const CONSENT_STATUSES = ['proposed', 'active', 'rejected', 'inactive'] as const;
export type ConsentStatus = (typeof CONSENT_STATUSES)[number];

/** The grant by which a patient has answered, and what its tags mean as far as this authority can read it. */
export interface GivenGrant {
  readonly grant: GrantState;
  readonly meaning: GrantMeaning | null;
}

/** A request to a patient, and what came of it. */
export interface AskedConsentState {
  readonly subscription: SubscriptionState;
  /** Undefined where the patient has not said yes. */
  readonly given: GivenGrant | undefined;
}

/** What has become of a request at a time: what the patient gave lasts as long as the grant, whatever became of the notices. */
export function statusOf({ subscription, given }: AskedConsentState, atMs: number): ConsentStatus {
  if (given !== undefined) return isStanding(given.grant, atMs) ? 'active' : 'inactive';
  const { status } = subscription;
  if (status === 'pending') return 'proposed';
  return status === 'rejected' ? 'rejected' : 'inactive';
}

/** As R4 has it: what was given, where something was; else what was asked for. */
export function consentResource(state: AskedConsentState, atMs: number): Json {
  const { subscription, given } = state;
  const { authorityId, patientId, requestedAt, subscriptionId } = subscription;
  return {
    resourceType: 'Consent',
    id: statementIdOf({ patientId, sid: subscriptionId }),
    identifier: [{ system: CONSENT_SYSTEM.subscription, value: subscriptionId }],
    status: statusOf(state, atMs),
    scope: concept(PATIENT_PRIVACY),
    category: [concept(INFORMATION_ACCESS)],
    patient: {
      reference: `Patient/${patientResourceIdOf(patientId)}`,
      ...outside('Patient', SYSTEM.patient, patientId),
    },
    dateTime: requestedAt,
    organization: [organization(authorityId)],
    policyRule: concept(OPT_IN),
    provision: given === undefined ? askedProvision(subscription) : givenProvision(given, authorityId),
  };
}

/** Which records it asks for, and at which unit a copy would be kept, only the patient can read. */
function askedProvision({ authorityId, copy, detail, scopeHash, until, ...terms }: SubscriptionState): Json {
  return {
    ...extensionsOf(copy?.purpose, undefined, detail),
    type: 'permit',
    ...(until !== undefined && { period: { end: until } }),
    ...{ actor: [recipient(organization(authorityId))], ...termsOf(terms) },
    ...(scopeHash !== undefined && SEALED_FILTER),
  };
}

/** Where terms of several kinds count, each is a rule within: R4 takes the elements of one rule together. */
function givenProvision({ grant, meaning }: GivenGrant, authorityId: string): Json {
  const { copy, detail, from, until, period: dataPeriod, patientId, scopeTags } = grant;
  const scope = meaning?.scope ?? [];
  // A tag that nobody has explained is about some records, too.
  const isUnknown = scope.length < scopeTags.length;
  const filters = [...filtersOf(scope, patientId), ...(isUnknown ? [SEALED_FILTER] : [])];
  const common = {
    period: { start: from, ...(until !== undefined && { end: until }) },
    actor: actorsOf(authorityId, grant, meaning).map(recipient),
    ...termsOf(grant),
  };
  const told = dataPeriod === undefined ? {} : { dataPeriod: spanOf(dataPeriod) };
  const extension = extensionsOf(copy?.purpose, meaning?.copy?.unit, detail);
  if (filters.length < 2) return { ...extension, type: 'permit', ...common, ...filters[0], ...told };
  return {
    ...{ ...extension, ...common, ...told },
    provision: filters.map((filter) => ({ type: 'permit', ...common, ...filter, ...told })),
  };
}

/** Somebody within the authority whom the grant does not name so that it can read it. */
const SEALED_ACTOR = {
  extension: [{ url: CONSENT_EXTENSION.absent, valueCode: 'masked' }],
  display: 'only the patient can read who it is',
};

/** Whom within the authority a grant is for; the authority as a whole where it names nobody. */
function actorsOf(
  authorityId: string,
  { granteeTags }: Pick<GrantState, 'granteeTags'>,
  meaning: GrantMeaning | null,
): object[] {
  if (granteeTags.length === 0) return [organization(authorityId)];
  const named = (meaning?.grantee ?? []).map((grantee) => {
    if ('practitionerId' in grantee)
      return outside('Practitioner', SYSTEM.practitioner, grantee.practitionerId);
    if ('unit' in grantee) return outside('Organization', CONSENT_SYSTEM.unit, grantee.unit);
    return outside('PractitionerRole', CONSENT_SYSTEM.role, grantee.role);
  });
  return named.length < granteeTags.length ? [...named, SEALED_ACTOR] : named;
}

/** A period of ours ends before its end, one of R4's with it. */
const spanOf = ({ start, end }: Period): Period => ({
  start,
  end: new Date(Math.max(Date.parse(start), Date.parse(end) - 1)).toISOString(),
});

const concept = ({ system, code }: PlainCoding) => ({ coding: [{ system, code }] });
const organization = (authorityId: string) => outside('Organization', SYSTEM.authority, authorityId);
const recipient = (reference: object) => ({ role: concept(RECIPIENT), reference });

const termsOf = ({
  permissions,
  purposes,
}: {
  readonly permissions: readonly Permission[];
  readonly purposes: readonly PurposeOfUse[];
}) => ({
  action: permissions.map((permission) => concept(ACTION_OF[permission])),
  purpose: purposes.map((code) => ({ system: CONSENT_SYSTEM.purpose, code })),
});

/** @param unit undefined where nobody but the patient can read it */
function extensionsOf(
  purpose: PurposeOfUse | undefined,
  unit: string | undefined,
  detail: true | undefined,
): Json {
  const copied = [
    { url: 'purpose', valueCode: purpose },
    ...(unit === undefined ? [] : [{ url: 'unit', valueString: unit }]),
  ];
  const extension = [
    ...(purpose === undefined ? [] : [{ url: CONSENT_EXTENSION.copy, extension: copied }]),
    ...(detail === undefined ? [] : [{ url: CONSENT_EXTENSION.detail, valueBoolean: detail }]),
  ];
  return extension.length === 0 ? {} : { extension };
}
