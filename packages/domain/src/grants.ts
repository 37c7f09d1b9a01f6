import { Type, type Static } from 'typebox';
import { closedObject } from './closed-object.js';
import { AuthorityId, Sha256 } from './ids.js';

/** What a grantee may do with records in scope. */
export const Permission = Type.Union([Type.Literal('read'), Type.Literal('write'), Type.Literal('modify')]);
export type Permission = Static<typeof Permission>;

/**
 * HL7 v3 PurposeOfUse codes that this system knows (http://terminology.hl7.org/CodeSystem/v3-ActReason):
 * treatment, emergency treatment, healthcare payment, healthcare operations, research, patient requested, break the glass.
 */
export const PURPOSES = ['TREAT', 'ETREAT', 'HPAYMT', 'HOPERAT', 'HRESCH', 'PATRQT', 'BTG'] as const;
export type PurposeOfUse = (typeof PURPOSES)[number];
/** The mapped union alone would have the static type `never`. */
export const PurposeOfUse = Type.Unsafe<PurposeOfUse>(Type.Union(PURPOSES.map((code) => Type.Literal(code))));

/**
 * That the authority may keep a searchable copy of what it may read: for one purpose, at one of its units. Which unit lies on no
 * ledger: the hash is salted, and the words are sealed.
 */
export const CopyTerms = closedObject({ purpose: PurposeOfUse, unitHash: Sha256 }, { title: 'CopyTerms' });
export type CopyTerms = Static<typeof CopyTerms>;

/**
 * That it includes records of kind `detail`, the single measured values: nothing else gives those, whatever its scope. In a
 * delegation: that what a delegate gives may.
 */
export const IncludesDetail = Type.Literal(true);

/** Stands for any: in a denial for any authority, in a scope for any category or resource type. */
export const ANY = '*';

/** Whom a patient's rule is about: one authority; a denial may be about all of them. */
export const RuleSubject = Type.Union([AuthorityId, Type.Literal(ANY)]);
export type RuleSubject = Static<typeof RuleSubject>;

export const AuthorityKind = Type.Union([
  Type.Literal('hospital'),
  Type.Literal('lab'),
  Type.Literal('insurer'),
  Type.Literal('pharmacy'),
  Type.Literal('research'),
]);
export type AuthorityKind = Static<typeof AuthorityKind>;
