import type { NetworkDefinition } from './schema.js';

/** `outOf` different organisations of `of` have to sign, each with a certificate of the role `peer`. */
export interface EndorsementRule {
  readonly outOf: number;
  readonly of: readonly string[];
}

type Endorsement = NetworkDefinition['channels'][string]['endorsement'];

/** The rule of a channel, counted over the organisations that take part. Majority: more than half, as in Fabric. */
export function endorsementRule(endorsement: Endorsement, organizations: readonly string[]): EndorsementRule {
  const outOf = endorsement.rule === 'outOf' ? endorsement.count : Math.floor(organizations.length / 2) + 1;
  return { outOf, of: organizations };
}
