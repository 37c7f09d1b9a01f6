import { PeerRefusal } from '../errors.js';
import type { Identity } from '../msp/identity.js';
import type { MspManager } from '../msp/manager.js';
import type { NodeOu } from '../msp/roles.js';

/** The channel policies that requests are checked against: ANY organisation's policy of that name. */
export type ChannelPolicy = 'Readers' | 'Writers';

/** Who may, by NodeOU, as in the usual channel configuration. */
const ROLES: Readonly<Record<ChannelPolicy, readonly NodeOu[]>> = {
  Readers: ['admin', 'peer', 'client'],
  Writers: ['admin', 'client'],
};

/** Something somebody signed. */
export interface SignedData {
  readonly data: Uint8Array;
  readonly identity: Uint8Array;
  readonly signature: Uint8Array;
}

/** The refusal of a policy's evaluation itself. */
export function policyFailure(policy: ChannelPolicy): string {
  return `implicit policy evaluation failed - 0 sub-policies were satisfied, but this policy requires 1 of the '${policy}' sub-policies to be satisfied`;
}

/** Whether an identity of the channel has a role that the policy allows. */
export function allows(policy: ChannelPolicy, identity: Identity): boolean {
  return ROLES[policy].includes(identity.role);
}

/** A peer's words for a policy that is not satisfied. */
export function aclRefusal(channel: string, policy: ChannelPolicy): PeerRefusal {
  return new PeerRefusal(
    `Failed evaluating policy on signed data during check policy on channel [${channel}] with policy [/Channel/Application/${policy}]: [${policyFailure(policy)}]`,
  );
}

/** Whether the signature is of an identity of the channel that the policy allows. */
export function satisfiesChannelPolicy(msps: MspManager, policy: ChannelPolicy, signed: SignedData): boolean {
  const identity = msps.validIdentity(signed.identity);
  return identity !== undefined && allows(policy, identity) && identity.verify(signed.data, signed.signature);
}

/** @throws PeerRefusal in a peer's words when the policy is not satisfied */
export function checkChannelPolicy(
  channel: string,
  msps: MspManager,
  policy: ChannelPolicy,
  signed: SignedData,
): void {
  if (!satisfiesChannelPolicy(msps, policy, signed)) throw aclRefusal(channel, policy);
}
