import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AuthConfig } from '../config/service-config.js';
import { ROLES, type Role } from '../config/roles.js';
import { issuedTokens, type FindIssued } from './issued-tokens.js';
import type { Principal } from './principal.js';
import { ProblemError } from './problems.js';
import type { TakeRequest } from './rate-limits.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route; exactly one of `roles` and `public` is required. */
    roles?: readonly Role[];
    /** Anybody may call the route, without a token. */
    public?: true;
  }
  interface FastifyRequest {
    /** Undefined on public routes. */
    principal: Principal | undefined;
  }
}

export interface RouteAccess {
  readonly method: string;
  readonly url: string;
  /** Empty if and only if the route is public. */
  readonly roles: readonly Role[];
  readonly public: boolean;
}

const routesOfApp = new WeakMap<FastifyInstance, RouteAccess[]>();

/** Every route with who may call it, so that a test can try each with each role and with none. */
export function listRoutes(app: FastifyInstance): readonly RouteAccess[] {
  return routesOfApp.get(app) ?? [];
}

/** Whom a token that the service handed out itself stands for. */
export type TokenHolder = Omit<Principal, 'tokenSha256' | 'signIn'>;

/**
 * Finds who holds a token that is not in the configuration, e.g. one that the service handed out itself.
 * @param sha256 of the token, lower-case hex
 */
export type FindToken = (sha256: string) => TokenHolder | undefined;

const noToken: FindToken = () => undefined;

export interface AuthOptions {
  readonly config: AuthConfig;
  readonly findToken?: FindToken | undefined;
  /** The organisation that runs the service; needed where issuers are trusted. */
  readonly mspId?: string | undefined;
  /** Called for each request when it is known who sends it, and before anybody is refused. */
  readonly take?: TakeRequest | undefined;
}

/** Route option for "these roles only": `{config: requireRole('ops', 'system')}`. */
export function requireRole(...roles: [Role, ...Role[]]): { roles: readonly Role[] } {
  return { roles };
}

/**
 * Authenticates every route but the public ones by bearer token (RFC 6750) and refuses, when it is
 * registered, a route that does not say who may call it. A patient's token reaches `:patientId`
 * routes of its own patients only.
 * @throws RangeError for a token whose entry does not say for whom it stands, or an issuer that cannot be trusted
 */
export function installAuth(
  app: FastifyInstance,
  { config, findToken = noToken, mspId, take }: AuthOptions,
): void {
  const known: KnownHolders = {
    tokens: knownTokens(config),
    findToken,
    findIssued: issuedTokens(config, mspId),
  };
  const routes: RouteAccess[] = [];
  routesOfApp.set(app, routes);
  app.decorateRequest('principal', undefined);

  app.addHook('onRoute', (route) => {
    const { roles, public: isPublic } = route.config ?? {};
    const declared = roles !== undefined && roles.length > 0 && roles.every((role) => ROLES.includes(role));
    if (declared === (isPublic === true)) {
      throw new RangeError(
        `Route ${String(route.method)} ${route.url} must declare config.roles or config.public: true`,
      );
    }
    for (const method of [route.method].flat()) {
      routes.push({ method, url: route.url, roles: roles ?? [], public: isPublic === true });
    }
  });

  app.addHook('onRequest', async (request, reply) => {
    const { roles, public: isPublic } = request.routeOptions.config;
    // Without roles it is the not-found handler: every real route was checked above.
    const isGuarded = isPublic !== true && roles !== undefined;
    const found = isGuarded ? await authenticate(request, known) : undefined;
    if (!(found instanceof ProblemError)) request.principal = found;
    await take?.(request, reply);
    if (found instanceof ProblemError) throw found;
    if (!isGuarded || found === undefined) return;
    if (!roles.includes(found.role)) {
      throw new ProblemError('FORBIDDEN', `Role ${found.role} may not call this route`);
    }
    const { patientId } = (request.params ?? {}) as { patientId?: string };
    if (patientId !== undefined) assertPatient(request, patientId);
  });
}

interface KnownToken {
  readonly digest: Buffer;
  readonly principal: Principal;
}

function knownTokens({ tokens }: AuthConfig): KnownToken[] {
  const seen = new Set<string>();
  return tokens.map(({ sha256, role, mspId, patientIds, name, unit }, index) => {
    const where = `auth.tokens[${index}]`;
    if ((role === 'patient') !== (patientIds !== undefined))
      throw new RangeError(`${where}: patientIds must be given for role patient and for no other role`);
    if (role === 'system' && mspId === undefined)
      throw new RangeError(
        `${where}: a token of role system speaks for one organisation: add its MSP ID, e.g. mspId: HospitalMSP`,
      );
    if (seen.has(sha256))
      throw new RangeError(`${where}: this token is listed before: give each holder a token of its own`);
    seen.add(sha256);
    const principal = { role, mspId, tokenSha256: sha256, patientIds: new Set(patientIds), name, unit };
    return { digest: Buffer.from(sha256, 'hex'), principal };
  });
}

/**
 * Refuses a patient's or delegate's token that is not bound to `patientId`; other roles pass. For routes whose
 * patient is not a `:patientId` parameter.
 * @throws ProblemError PATIENT_MISMATCH
 */
export function assertPatient(request: FastifyRequest, patientId: string): void {
  const principal = request.principal;
  const isBound = principal?.role === 'patient' || principal?.role === 'delegate';
  if (isBound && !principal.patientIds.has(patientId)) {
    throw new ProblemError('PATIENT_MISMATCH', 'This token is bound to other patients');
  }
}

/**
 * Refuses a token of role `system` that speaks for another organisation than the one that runs this service; other roles
 * pass, since they are this service's own people. For what counts as this organisation's word.
 * @throws ProblemError FORBIDDEN
 */
export function assertOwnOrganisation(request: FastifyRequest, mspId: string): void {
  const { role, mspId: callers } = principalOf(request);
  if (role === 'system' && callers !== mspId)
    throw new ProblemError('FORBIDDEN', `This token speaks for ${callers}, not for ${mspId}`);
}

/** The caller of a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw new ProblemError('UNAUTHENTICATED', 'This route has no authenticated caller');
  return request.principal;
}

/** The token that a request came with, whoever it is. @throws ProblemError UNAUTHENTICATED without one */
export function bearerTokenOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const [, token] = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(headers.authorization ?? '') ?? [];
  if (token !== undefined) return token;
  throw new ProblemError('UNAUTHENTICATED', 'Send "Authorization: Bearer TOKEN"');
}

/** Where holders of tokens are looked up, in this order. */
interface KnownHolders {
  readonly tokens: readonly KnownToken[];
  readonly findToken: FindToken;
  readonly findIssued: FindIssued;
}

/** Who sends a request, or why nobody knows. */
async function authenticate(request: FastifyRequest, known: KnownHolders): Promise<Principal | ProblemError> {
  try {
    return await holderOf(request, known);
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
}

/** @throws ProblemError UNAUTHENTICATED, ISSUER_UNAVAILABLE */
async function holderOf(
  request: FastifyRequest,
  { tokens, findToken, findIssued }: KnownHolders,
): Promise<Principal> {
  const token = bearerTokenOf(request);
  const digest = hash('sha256', token, 'buffer');
  let found: Principal | undefined;
  // No early exit: the time must not tell how far down the list a token stands.
  for (const known of tokens) if (timingSafeEqual(known.digest, digest)) found = known.principal;
  if (found) return found;
  const tokenSha256 = digest.toString('hex');
  const holder = findToken(tokenSha256);
  if (holder) return { ...holder, tokenSha256 };
  const issued = await findIssued(token);
  if (!issued) throw new ProblemError('UNAUTHENTICATED', 'This token is not known here');
  return issued;
}
