import { sha256Hex } from '@careledger/crypto';
import type { JWTPayload } from 'jose';
import type { IssuerConfig } from '../config/issuer-config.js';
import type { Role } from '../config/roles.js';
import type { SignIn, SignedInPerson, VerifiedToken } from './signed-in.js';
import { isAboutData, resourceScopesOf, type ResourceScope } from './smart-scopes.js';
import { TokenRefusal } from './token-refusal.js';

const CLAIM_MAX_CHARS = 256;
const ROLE_SCOPE = /^careledger\/([a-z]+)$/;

interface Standing {
  readonly role: Role;
  readonly unit: string | undefined;
  readonly person: SignedInPerson | undefined;
}

/**
 * What the claims of a token whose signature, audience and times are good say of its holder, as the issuer's configuration
 * reads them. @throws TokenRefusal
 */
export function readClaims(payload: JWTPayload, config: IssuerConfig): VerifiedToken {
  const { claims, issuer, mspId } = config;
  const subject = needed(payload, 'sub');
  const clientId = text(payload, 'client_id') ?? text(payload, 'azp');
  const standing = standingOf(payload, config, clientId);
  const patientId = optional(payload, claims.patient);
  const granted = grantedScopes(payload, config);
  const isMachine = standing.person === undefined;
  const isUsable = ({ level }: ResourceScope): boolean =>
    level === 'patient' ? patientId !== undefined : isMachine === (level === 'system');
  const signIn: SignIn = {
    issuer,
    expiresAtMs: ((payload.exp ?? 0) + config.clockToleranceS) * 1_000,
    person: standing.person,
    patientId,
    scopes: resourceScopesOf(granted).filter(isUsable),
    roleScopes: new Set(granted.flatMap((scope) => ROLE_SCOPE.exec(scope)?.[1] ?? [])),
  };
  const { role, unit, person } = standing;
  const same = [issuer, subject, clientId, role, unit, patientId, person?.identifier, granted.toSorted()];
  return {
    ...{ role, unit, mspId, signIn },
    name: person?.name ?? person?.identifier ?? clientId,
    holderSha256: sha256Hex(JSON.stringify(same.map((each) => each ?? null))),
  };
}

function standingOf(payload: JWTPayload, config: IssuerConfig, clientId: string | undefined): Standing {
  const { claims, machines, roles, unknownPersons: ifUnknown } = config;
  const machine = machines.find((each) => each.clientId === clientId);
  if (machine !== undefined) {
    // A person who came by way of that program would have the program's rights.
    if (payload.sub !== (machine.subject ?? machine.clientId))
      throw new TokenRefusal('CLAIM_INVALID', `The token is by way of ${machine.clientId}, and not of it`);
    if (
      claims.person !== undefined &&
      claims.person !== 'sub' &&
      claimOf(payload, claims.person) !== undefined
    )
      throw new TokenRefusal('CLAIM_INVALID', `The token of ${machine.clientId} names a person`);
    return { role: machine.role, unit: machine.unit, person: undefined };
  }
  const values = new Set([claimOf(payload, claims.role ?? 'role')].flat());
  const role = roles.find(({ value }) => values.has(value))?.role;
  if (role === undefined)
    throw new TokenRefusal(
      'ROLE_UNKNOWN',
      'The token has no role that counts here: see auth.issuers[].roles',
    );
  if (role === 'system')
    throw new TokenRefusal('ROLE_UNKNOWN', 'Role system is for programs: list it in machines');
  const person: SignedInPerson = {
    identifier: needed(payload, claims.person ?? 'sub'),
    name: optional(payload, claims.name),
    profession: optional(payload, claims.profession),
    ifUnknown,
  };
  return { role, unit: optional(payload, claims.unit), person };
}

/** Those of the token; a provider that has no scopes on resources gets those that are configured. */
function grantedScopes({ scope }: JWTPayload, { scopesWhenNone }: IssuerConfig): string[] {
  if (scope !== undefined && typeof scope !== 'string')
    throw new TokenRefusal('CLAIM_INVALID', 'The claim scope is no text');
  const scopes = (scope ?? '').split(' ').filter((each) => each !== '');
  return scopes.some(isAboutData) ? scopes : [...scopes, ...scopesWhenNone];
}

/** Of a claim by its path: dots lead into objects. */
export function claimOf(payload: Readonly<Record<string, unknown>>, path: string): unknown {
  let at: unknown = payload;
  for (const key of path.split('.'))
    at =
      typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as JWTPayload)[key] : undefined;
  return at;
}

/** @throws TokenRefusal where it is there and no short text */
function text(payload: JWTPayload, path: string): string | undefined {
  const value = claimOf(payload, path);
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '' || value.length > CLAIM_MAX_CHARS)
    throw new TokenRefusal(
      'CLAIM_INVALID',
      `The claim ${path} is no text of 1 to ${CLAIM_MAX_CHARS} characters`,
    );
  return value;
}

const optional = (payload: JWTPayload, path: string | undefined): string | undefined =>
  path === undefined ? undefined : text(payload, path);

function needed(payload: JWTPayload, path: string): string {
  const value = text(payload, path);
  if (value === undefined) throw new TokenRefusal('CLAIM_MISSING', `The token has no claim ${path}`);
  return value;
}
