import type { CallerRule } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import { EVERYBODY, type IdentityName } from '../../fixtures/chaincode/identities.js';
import type { Role } from '../attempt.js';

export const PEER: IdentityName = 'hospital peer';

/** Who satisfies which rule on a channel, written out. */
export const ADMITTED: Readonly<Record<CallerRule, readonly IdentityName[]>> = {
  member: EVERYBODY.filter((identity) => identity !== PEER),
  'patients-operator': ['patients client', 'patients enroller'],
  enroller: ['patients enroller'],
  'own-admin': EVERYBODY.filter((identity) => identity.endsWith(' admin')),
  authority: ['hospital client', 'hospital client that claims to enrol', 'lab client'],
  provider: ['cloud-a client', 'cloud-b client', 'lab client'],
};

/** Who is no member of a channel. */
export const isStranger = (identity: IdentityName, channel: ChannelName): boolean =>
  channel === 'authorities' && identity.startsWith('cloud-');

/** As whom an identity tries what it may not do. */
export function roleOf(identity: IdentityName): Role {
  if (identity.endsWith(' admin') || identity === PEER) return 'operator';
  if (identity.startsWith('patients ')) return 'relay';
  return identity.startsWith('cloud-') ? 'provider' : 'authority';
}
/** The roles that identities have. */
export const CALLERS: readonly Role[] = ['relay', 'authority', 'provider', 'operator'];
