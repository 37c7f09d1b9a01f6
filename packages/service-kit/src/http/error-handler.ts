import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { withoutAddresses } from './addresses.js';
import { isFhirRequest } from './fhir-requests.js';
import { toOperationOutcome, wantsFhir } from './operation-outcome.js';
import type { AllowedMethods } from './allowed-methods.js';
import {
  commonProblems,
  problemOf,
  type CommonProblemCode,
  type Problem,
  type ProblemCatalogue,
} from './problems.js';
import { FHIR_JSON, PROBLEM_JSON } from './media-types.js';

/** Fastify's own codes that mean more to our clients than their status does. */
const FASTIFY_CODES: Readonly<Record<string, CommonProblemCode>> = {
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'MALFORMED_BODY',
};
/** Whatever else of Fastify's is the client's fault is the one of these that has its status, or else MALFORMED_REQUEST. */
const CODES_BY_STATUS: readonly CommonProblemCode[] = [
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'REQUEST_TIMEOUT',
  'PAYLOAD_TOO_LARGE',
  'URI_TOO_LONG',
  'UNSUPPORTED_MEDIA_TYPE',
  'EXPECTATION_FAILED',
  'HEADERS_TOO_LARGE',
];

/**
 * Turns whatever a handler throws into a problem: an error whose `code` is in the catalogue becomes
 * that problem (its message the detail, its `members` further members); a schema violation lists each
 * fault; everything else is INTERNAL_ERROR. A cause is logged and never shown, and the detail of a failure
 * of this side (5xx) names no address: it may repeat what a neighbour within the network said.
 */
export function installErrorHandler(
  app: FastifyInstance,
  catalogue: ProblemCatalogue,
  allowedMethods: AllowedMethods,
): void {
  // What a path is, its most specific pattern says: one with a parameter in the place of a fixed word takes no other method.
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404 || request.routeOptions.url?.includes(':') !== true) return;
    const allowed = allowedMethods(request.url);
    if (allowed.length > 0 && !allowed.includes(request.method)) reply.callNotFound();
  });
  const answerNoRoute = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const allowed = allowedMethods(request.url);
    // A route may itself say that it has no such thing.
    const isMethodLacking = allowed.length > 0 && !allowed.includes(request.method);
    if (isMethodLacking) reply.header('allow', allowed.join(', '));
    return sendProblem(request, reply, {
      ...describe(isMethodLacking ? 'METHOD_NOT_ALLOWED' : 'NOT_FOUND', commonProblems, request),
      detail: `There is no ${request.method} route of this path`,
    });
  };
  app.setErrorHandler((error: FastifyError, request, reply) => {
    // What is wrong with a body matters only where there is a route that reads it; a limit holds everywhere.
    if (request.is404 && error.code !== 'TOO_MANY_REQUESTS') return answerNoRoute(request, reply);
    const problem = toProblem(error, request, catalogue);
    if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, 'request failed');
    return sendProblem(request, reply, problem);
  });
  app.setNotFoundHandler(answerNoRoute);
}

/** Fastify's `frameworkErrors`: a path that it cannot read, met before any hook, is answered as a problem all the same. */
export function answerUnreadablePath(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  void sendProblem(request, reply, toProblem(error, request, commonProblems));
}

/** Sends a problem as the client wants it: FHIR OperationOutcome or RFC 9457. */
function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  request.problemCode = problem.code;
  const challenge = challengeOf(problem);
  if (challenge !== undefined) reply.header('www-authenticate', challenge);
  const { retryAfterS } = problem;
  if (typeof retryAfterS === 'number') reply.header('retry-after', retryAfterS);
  reply.problemCode = problem.code;
  reply.code(problem.status);
  // Serialised here: a route's response schema must not reshape an error.
  return isFhirRequest(request) || wantsFhir(request.headers.accept)
    ? reply.type(FHIR_JSON).serializer(JSON.stringify).send(toOperationOutcome(problem))
    : reply.type(PROBLEM_JSON).serializer(JSON.stringify).send(problem);
}

/** RFC 6750, section 3: what is wrong with the token, where one was read. */
function challengeOf({ status, code, reason }: Problem): string | undefined {
  if (code === 'SCOPE_INSUFFICIENT') return 'Bearer error="insufficient_scope"';
  if (status !== 401) return undefined;
  return reason === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
}

function toProblem(error: FastifyError, request: FastifyRequest, catalogue: ProblemCatalogue): Problem {
  if (error.validation) {
    const errors = error.validation.map((fault) => ({
      in: error.validationContext ?? 'body',
      pointer: fault.instancePath,
      message: fault.message ?? 'is invalid',
    }));
    return { ...describe('VALIDATION_FAILED', catalogue, request), detail: describeFaults(errors), errors };
  }
  const code: unknown = error.code;
  if (typeof code === 'string') {
    const problem = catalogued(error, catalogue);
    if (problem !== undefined) return { ...problem, instance: request.id };
    const { statusCode = 500 } = error;
    if (code.startsWith('FST_') && statusCode >= 400 && statusCode < 500) {
      const common = FASTIFY_CODES[code] ?? codeOfStatus(statusCode);
      return { ...describe(common, catalogue, request), detail: error.message };
    }
  }
  return describe('INTERNAL_ERROR', catalogue, request);
}

/** The problem that an error whose code is in the catalogue is; undefined for any other. */
export function catalogued(error: unknown, catalogue: ProblemCatalogue): Problem | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { readonly code?: unknown };
  const type = typeof code === 'string' && Object.hasOwn(catalogue, code) ? catalogue[code] : undefined;
  if (typeof code !== 'string' || type === undefined) return undefined;
  const detail = type.status >= 500 ? withoutAddresses(error.message) : error.message;
  return { ...membersOf(error), ...problemOf(code, type), detail };
}

const codeOfStatus = (statusCode: number): CommonProblemCode =>
  CODES_BY_STATUS.find((code) => commonProblems[code].status === statusCode) ?? 'MALFORMED_REQUEST';

function describe(code: string, catalogue: ProblemCatalogue, request: FastifyRequest): Problem {
  return { ...problemOf(code, catalogue[code] ?? commonProblems.INTERNAL_ERROR), instance: request.id };
}

function describeFaults(errors: readonly { in: string; pointer: string; message: string }[]): string {
  return errors.map((fault) => `${fault.in}${fault.pointer} ${fault.message}`).join('; ');
}

function membersOf(error: Error): Readonly<Record<string, unknown>> {
  const members = (error as { members?: unknown }).members;
  return typeof members === 'object' && members !== null ? (members as Record<string, unknown>) : {};
}
