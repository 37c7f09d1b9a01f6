import { claimOf } from '@careledger/service-kit';
import { Value } from 'typebox/value';
import { Profile } from '../people/users.js';
import { UpstreamRefusal } from './refusal.js';
import type { UpstreamConfig } from './upstream-config.js';

const NEEDED = ['name', 'person'] as const;
const OPTIONAL = ['profession', 'unit'] as const;

/**
 * Who somebody is here, by the claims that the configuration names.
 * @param given claims of the ID token and of the userinfo answer
 * @throws UpstreamRefusal for one who has no role here, and for a claim that is missing or of another form
 */
export function profileOf(
  given: Readonly<Record<string, unknown>>,
  { claims, name: provider, roles }: UpstreamConfig,
): Profile {
  const values = new Set([claimOf(given, claims.role)].flat());
  const role = roles.find(({ value }) => values.has(value))?.role;
  if (role === undefined) throw new UpstreamRefusal(403, `${provider} names no role that you have here`);
  const read = (member: (typeof NEEDED | typeof OPTIONAL)[number]): unknown => {
    const path = claims[member];
    const value = path === undefined ? undefined : claimOf(given, path);
    const isLacking = value === undefined && OPTIONAL.some((each) => each === member);
    if (!isLacking && !Value.Check(Profile.properties[member], value))
      throw new UpstreamRefusal(403, `${provider} does not say your ${member} as it has to: claim ${path}`);
    return value;
  };
  const members = [...NEEDED, ...OPTIONAL].map((member) => [member, read(member)] as const);
  return { role, ...Object.fromEntries(members.filter(([, value]) => value !== undefined)) } as Profile;
}
