import type { GrantState } from '@careledger/contracts';
import { ANY } from '@careledger/domain';

/** Whether a rule of the patient takes away. */
export const isDenial = ({ effect }: Pick<GrantState, 'effect'>): boolean => effect === 'deny';

/** Whether a rule is about an authority. A grant names one; so may a denial, or none in particular. */
export const isAbout = (
  { effect, authorityId }: Pick<GrantState, 'effect' | 'authorityId'>,
  whom: string,
): boolean => authorityId === whom || (effect === 'deny' && authorityId === ANY);
