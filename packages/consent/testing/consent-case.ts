import type { Period, Permission, PurposeOfUse } from '@careledger/domain';
import { loadVectors, type Vector } from '@careledger/spec';
import type { GranteeTerm, GrantTerms } from '../src/index.js';

/** Where somebody else has published the case: its facts are retold here, in the terms of this system. */
export interface CaseSource {
  readonly collection: 'IHE PCF' | 'LEAP';
  /** Its name there. */
  readonly name: string;
  readonly address: string;
}

/** A rule as the patient says it, with a name within its case. */
export interface CaseRule extends GrantTerms {
  readonly name: string;
  readonly from: string;
  /** Made, and revoked before anybody asks. */
  readonly isRevoked?: true;
  /** By somebody whom the patient has appointed for that; the patient's own without it. */
  readonly madeBy?: 'guardian';
}

/** Resources of one kind in a record, in plain words. */
export interface CaseKind {
  readonly resourceType: string;
  /** FHIR category codes. */
  readonly categories: readonly string[];
  /** What it is, in LOINC; with its system where that is another one, as `system|code`. */
  readonly codes?: readonly string[];
  /** Codes of its security labels: HL7 v3-Confidentiality and v3-ActCode. */
  readonly labels?: readonly string[];
  /** Of the author's, those who made it. */
  readonly practitioners?: readonly string[];
  /** Visits to which it belongs. */
  readonly encounters?: readonly string[];
}

export interface CaseRecord {
  readonly name: string;
  /** Where a rule names it: the id that the record has. */
  readonly recordId?: string;
  readonly kinds: readonly CaseKind[];
  readonly period: Period;
  /** An authority; without it the patient's gateway has made the record. */
  readonly author?: string;
  /** The patient's gateway has opened what the authority wrote, and said that it holds this. */
  readonly isConfirmed?: true;
}

export interface CaseRequest {
  /** An authority. */
  readonly requester: string;
  /** Under which units, roles and practitioners it asks. */
  readonly grantee: readonly GranteeTerm[];
  readonly permission: Permission;
  readonly purpose: PurposeOfUse;
  /** Name of the record; what is to be written is as that one. */
  readonly record: string;
  readonly decision: 'permit' | 'deny';
  /** Reason of the permit, code of the denial. */
  readonly code: string;
  /** Name of the rule that the decision names; absent where it names none. Of several it is the first of the file. */
  readonly rule?: string;
}

/** What is asked at one time. */
export interface CaseMoment {
  readonly at: string;
  /** Of each record, by name: authorities that have its key wrapped for them, beside its author. */
  readonly readers: Readonly<Record<string, readonly string[]>>;
  readonly requests: readonly CaseRequest[];
}

/** A file of `spec/vectors/valid/consent-cases`; documented in `spec/consent-cases.md`. */
export type ConsentCase = Vector<{
  readonly description: string;
  readonly source: CaseSource;
  /** How it is said in the terms of this system, where that is not plain. */
  readonly mapping?: string;
  readonly rules: readonly CaseRule[];
  readonly records: readonly CaseRecord[];
  readonly moments: readonly CaseMoment[];
}>;

/** All of them, in the order of their names. */
export const consentCases = (): ConsentCase[] => loadVectors<ConsentCase>('valid', 'consent-cases');

/** The same case with other ids for its records, in the rules that name them too. @param idOf by a record's name */
export function withRecordIds(told: ConsentCase, idOf: (name: string) => string): ConsentCase {
  const records = told.records.map((record) => ({ ...record, recordId: idOf(record.name) }));
  const ids = new Map(told.records.map(({ recordId, name }) => [recordId, idOf(name)]));
  const rules = told.rules.map((rule): CaseRule => {
    const { scope } = rule;
    if (scope === undefined) return rule;
    const renamed = scope.map((term) =>
      'recordId' in term ? { recordId: ids.get(term.recordId) ?? term.recordId } : term,
    );
    return { ...rule, scope: renamed };
  });
  return { ...told, rules, records };
}

/** The record that a request is about. @throws Error: the case has none of that name */
export function recordIn({ records }: ConsentCase, { record }: CaseRequest): CaseRecord {
  const found = records.find(({ name }) => name === record);
  if (found === undefined) throw new Error(`The case has no record ${record}`);
  return found;
}
