import type { CaseMoment, CaseRecord, CaseRequest, CaseRule } from '@careledger/consent/testing';
import { ANY, PURPOSES, type PurposeOfUse, type ScopeTerm } from '@careledger/domain';

export const HOSPITAL = 'aut_hospital';
export const LAB = 'aut_lab';
/** Everybody whom the patient knows: where a consent names nobody, it is said to each of them. */
export const COMMUNITY = [HOSPITAL, LAB] as const;
export const PRACTITIONER = `prc_${'p'.repeat(32)}`;
export const OTHER_PRACTITIONER = `prc_${'q'.repeat(32)}`;

/** Treatment, payment, operations. */
export const TPO: readonly PurposeOfUse[] = ['TREAT', 'HPAYMT', 'HOPERAT'];
export const EVERY_PURPOSE: readonly PurposeOfUse[] = PURPOSES;

/** Everything with a security label. */
export const labelled = (label: string): ScopeTerm => ({ label });
/** Everything of a resource type. */
export const typed = (resourceType: string): ScopeTerm => ({ category: ANY, resourceType });

/** One grant for each of them, named for it. */
export const toEach = (
  name: string,
  authorityIds: readonly string[],
  terms: Omit<CaseRule, 'name' | 'authorityId'>,
): CaseRule[] =>
  authorityIds.map((authorityId) => ({
    name: `${name}-${authorityId.slice('aut_'.length)}`,
    authorityId,
    ...terms,
  }));

/** A rule that takes away, from anybody unless it says from whom. */
export const forbid = (
  name: string,
  terms: Omit<CaseRule, 'name' | 'authorityId'> & Partial<CaseRule>,
): CaseRule => ({
  ...{ name, effect: 'deny' as const, authorityId: ANY },
  ...terms,
});

/** A record of one time and of resources of these kinds. */
export const recordOf = (
  name: string,
  [start, end]: readonly [start: string, end: string],
  kinds: CaseRecord['kinds'],
  author?: string,
): CaseRecord => ({ name, kinds, period: { start, end }, ...(author !== undefined && { author }) });

/** Somebody of the hospital reads for treatment, under nothing in particular, unless said. */
const ask = (record: string, more: Partial<CaseRequest>) => ({
  ...{ requester: HOSPITAL, grantee: [], permission: 'read' as const, purpose: 'TREAT' as const },
  ...more,
  record,
});
/** @param rule that the permit names */
export const permitted = (rule: string, record: string, more: Partial<CaseRequest> = {}): CaseRequest => ({
  ...ask(record, more),
  ...{ decision: 'permit', code: 'GRANT', rule },
});
export const denied = (code: string, record: string, more: Partial<CaseRequest> = {}): CaseRequest => ({
  ...ask(record, more),
  ...{ decision: 'deny', code },
});
/** @param rule that denies */
export const forbidden = (rule: string, record: string, more: Partial<CaseRequest> = {}): CaseRequest => ({
  ...ask(record, more),
  ...{ decision: 'deny', code: 'DENIED_BY_RULE', rule },
});

/** @param readers of each record, by name */
export const asked = (
  at: string,
  readers: CaseMoment['readers'],
  requests: readonly CaseRequest[],
): CaseMoment => ({ at, readers, requests });
