import type { FastifyInstance, FastifyRequest } from 'fastify';
import { coverKinds, coversAll, type Interaction, type ResourceScope } from '../issuers/smart-scopes.js';
import type { SignIn } from '../issuers/signed-in.js';
import type { Principal } from './principal.js';
import { ProblemError } from './problems.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The route itself holds what it shows or writes to the scopes of a signed-in practitioner (`assertScopes`). Any other
     * route takes scopes of resources of any type alone.
     */
    scopedByContent?: true;
    /** It finds and changes nothing, whatever its method: what it takes of scopes is what a GET takes. */
    isSearch?: true;
    /** It shows what the caller itself has asked for, under scopes that were held to that then: any will do. */
    isCallersOwn?: true;
  }
}

const INTERACTIONS: Readonly<Record<string, readonly Interaction[]>> = {
  GET: ['r', 's'],
  HEAD: ['r', 's'],
  POST: ['c'],
  PUT: ['u'],
  PATCH: ['u'],
  DELETE: ['d'],
};

/** Refuses what the scopes of an issuer's token do not cover; tokens of the configuration have none and need none. */
export function installScopes(app: FastifyInstance): void {
  app.addHook('preHandler', async (request) => {
    const { principal } = request;
    if (principal?.signIn === undefined) return;
    assertNotExpired(principal);
    if (principal.role === 'practitioner') assertRoute(request, principal.signIn);
    else if (!principal.signIn.roleScopes.has(principal.role))
      throw insufficient(`This takes the scope careledger/${principal.role}`);
  });
}

/** @throws ProblemError UNAUTHENTICATED where an issuer's token is over by now */
export function assertNotExpired({ signIn }: Principal, nowMs = Date.now()): void {
  if (signIn !== undefined && nowMs >= signIn.expiresAtMs)
    throw new ProblemError('UNAUTHENTICATED', 'The token has expired: get a new one', {
      members: { reason: 'TOKEN_EXPIRED' },
    });
}

/** What of a patient's record is to be read or written: its kinds, or undefined where it is of none that scopes name. */
export interface Touched {
  readonly patientId: string;
  readonly kinds: Parameters<typeof coverKinds>[1] | undefined;
  readonly does: Interaction;
}

/** Whether the scopes of whoever asks cover this; a token of the configuration is not narrowed by any. */
export function isWithinScopes({ role, signIn }: Principal, { patientId, kinds, does }: Touched): boolean {
  if (signIn === undefined || role !== 'practitioner') return true;
  return coverKinds(applying(signIn, patientId), kinds ?? [], does);
}

/** @throws ProblemError SCOPE_INSUFFICIENT */
export function assertScopes(principal: Principal, touched: Touched): void {
  if (!isWithinScopes(principal, touched)) throw insufficient('The token’s scopes do not cover this content');
}

/**
 * Before anybody is asked for something of a patient, for a route whose request says in words of its own whom it is about:
 * what the route itself is held to where it says `patientId`.
 * @throws ProblemError SCOPE_INSUFFICIENT where the token may do this with nothing of the patient
 */
export function assertPatientScopes(
  { role, signIn }: Principal,
  { patientId, does }: Omit<Touched, 'kinds'>,
): void {
  if (signIn === undefined || role !== 'practitioner') return;
  const isCovered = applying(signIn, patientId).some(({ interactions }) => interactions.has(does));
  if (!isCovered) throw insufficient('The token’s scopes are not for this patient');
}

/**
 * Whether something may be searched at all; what is found is held to the scopes by itself, since they may be for some categories.
 * @throws ProblemError SCOPE_INSUFFICIENT
 */
export function assertSearchScope(
  { role, signIn }: Principal,
  { patientId, resourceType }: { readonly patientId: string; readonly resourceType: string },
): void {
  if (signIn === undefined || role !== 'practitioner') return;
  const isCovered = applying(signIn, patientId).some((scope) => isSearchOf(scope, resourceType));
  if (!isCovered) throw insufficient(`The token’s scopes do not cover a search of ${resourceType}`);
}

/**
 * Whose resources are looked for by a search that need not name a patient: those of whom it names, or of whom the app was launched
 * for, where the token is for nobody else. Not even a cursor then tells of another one.
 * @param named undefined where the search names nobody
 * @returns undefined for everybody's
 * @throws ProblemError SCOPE_INSUFFICIENT
 */
export function searchedPatient(
  principal: Principal,
  named: string | undefined,
  resourceType: string,
): string | undefined {
  const { role, signIn } = principal;
  if (signIn === undefined || role !== 'practitioner') return named;
  const isOfEverybody = signIn.scopes.some(
    (scope) => scope.level !== 'patient' && isSearchOf(scope, resourceType),
  );
  if (named === undefined && isOfEverybody) return undefined;
  const patientId = named ?? signIn.patientId ?? '';
  assertSearchScope(principal, { patientId, resourceType });
  return patientId;
}

const isSearchOf = (scope: ResourceScope, resourceType: string): boolean =>
  scope.interactions.has('s') && ['*', resourceType].includes(scope.resourceType);

function assertRoute(request: FastifyRequest, signIn: SignIn): void {
  const { method, routeOptions } = request;
  if (routeOptions.config.isCallersOwn === true && signIn.scopes.length > 0) return;
  const patientId = patientOf(request);
  const isByContent = routeOptions.config.scopedByContent === true;
  // Which patient it is about, and what it holds, is found by the route where the request does not say it.
  const scopes = patientId === undefined && isByContent ? signIn.scopes : applying(signIn, patientId);
  const does = INTERACTIONS[routeOptions.config.isSearch === true ? 'GET' : method] ?? [];
  const isCovered = scopes.some((scope) =>
    does.some((each) => (isByContent ? scope.interactions.has(each) : coversAll(scope, each))),
  );
  if (!isCovered) throw insufficient(`The token’s scopes do not cover ${method} of this route`);
}

/** The scopes that are about this patient. */
const applying = ({ scopes, patientId: launched }: SignIn, patientId: string | undefined): ResourceScope[] =>
  scopes.filter(({ level }) => level !== 'patient' || (patientId !== undefined && patientId === launched));

/** The patient whom a request names where its route reads that; undefined where it names none, or several. */
function patientOf({ params, query, body, routeOptions: { schema } }: FastifyRequest): string | undefined {
  const named = [
    ...patientIn(schema?.params, params),
    ...patientIn(schema?.querystring, query),
    ...patientIn(schema?.body, body),
  ];
  const [first] = named;
  return typeof first === 'string' && named.every((each) => each === first) ? first : undefined;
}

/** A route that knows no such name does not look at it: what stands there says nothing of whom the request is about. */
function patientIn(schema: unknown, part: unknown): unknown[] {
  const { properties = {} } = (schema ?? {}) as { readonly properties?: object };
  const isNamed = typeof part === 'object' && part !== null && 'patientId' in part;
  return isNamed && 'patientId' in properties ? [part.patientId] : [];
}

const insufficient = (detail: string) => new ProblemError('SCOPE_INSUFFICIENT', detail);
