import { authorityIdOfMsp } from './organisations.js';

/**
 * What an organisation vouches for when a patient's consent key is replaced without it: the registrar that the patient is the one
 * of this pseudonym, the identity checker that the person who has the new key is the patient.
 */
export const RECOVERY_ROLES = ['registrar', 'identity'] as const;
export type RecoveryRole = (typeof RECOVERY_ROLES)[number];

/** The role of each authority that has one. */
export type Recoverers = ReadonlyMap<string, RecoveryRole>;

/** Environment variable of the chaincode that names them, the same on every peer: `aut_a=registrar,aut_b=identity`. */
export const RECOVERERS_VARIABLE = 'CARELEDGER_RECOVERERS';

/** The variable's value, from what a network's definition says of its organisations. */
export const recoverersValue = (
  organisations: readonly { readonly mspId: string; readonly recovery?: RecoveryRole | undefined }[],
): string =>
  organisations
    .flatMap(({ mspId, recovery }) =>
      recovery === undefined ? [] : [`${authorityIdOfMsp(mspId)}=${recovery}`],
    )
    .join(',');

/** Nobody where the variable is absent or empty. @throws Error that says what is wrong with it */
export function recoverersOf(environment: Readonly<Record<string, string | undefined>>): Recoverers {
  const recoverers = new Map<string, RecoveryRole>();
  for (const entry of (environment[RECOVERERS_VARIABLE] ?? '').split(',').filter((text) => text !== '')) {
    const [authorityId = '', named, more] = entry.split('=');
    const role = RECOVERY_ROLES.find((known) => known === named);
    if (!/^aut_[a-z0-9-]+$/.test(authorityId) || role === undefined || more !== undefined)
      throw new Error(`${RECOVERERS_VARIABLE} is not a list of aut_…=${RECOVERY_ROLES.join('|')}: ${entry}`);
    if (recoverers.has(authorityId))
      throw new Error(
        `${RECOVERERS_VARIABLE} gives ${authorityId} two roles: each is another organisation's`,
      );
    recoverers.set(authorityId, role);
  }
  return recoverers;
}
