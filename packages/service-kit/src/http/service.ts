import { randomUUID } from 'node:crypto';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import type { ServiceConfig } from '../config/service-config.js';
import type { IdempotencyKeys } from './idempotency-keys.js';
import { installIdempotency } from './idempotency.js';
import type { Logger } from '../logging.js';
import { installAcceptedTypes } from './accepted-types.js';
import { installAuth, type FindToken } from './auth.js';
import { rememberMethods } from './allowed-methods.js';
import { refuseCodedBodies } from './coded-bodies.js';
import { installBodyRoom } from './body-room.js';
import { installCrossOrigin } from './cross-origin.js';
import { installDeclaredAnswers } from './declared-answers.js';
import { answerUnreadablePath, installErrorHandler } from './error-handler.js';
import { installFhirRequests, routedUrl } from './fhir-requests.js';
import { installHealth } from './health.js';
import { installJsonBodies } from './json-body.js';
import { installMetrics } from './metrics.js';
import { createHttpServer } from './server.js';
import { installOpenApi, type OpenApiInfo } from './openapi.js';
import { commonProblems, ProblemError, type ProblemCatalogue } from './problems.js';
import { installEntityTags } from './entity-tags.js';
import { installPages } from './pages.js';
import { installPreferences } from './preferences.js';
import { installRateLimits } from './rate-limits.js';
import { installScopes } from './scopes.js';
import { installEventStreams } from './event-stream.js';
import { installTracing } from './tracing.js';
import {
  answerParserError,
  installTransportProblems,
  isTransferKnown,
  namesItsHost,
} from './transport-problems.js';
import { typeboxValidatorCompiler } from './validation.js';

/** Longest `:parameter` of a path. */
const MAX_PARAM_LENGTH_CHARS = 256;
const REQUEST_ID_HEADER = 'x-request-id';
const ACCEPTABLE_REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** A Fastify instance whose route schemas are TypeBox types. */
export type ServiceApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface BuildServiceOptions {
  /** Labels the metrics. */
  readonly name: string;
  readonly logger: Logger;
  readonly config: Pick<ServiceConfig, 'http' | 'auth'>;
  /** The service's own codes; the common ones are added. */
  readonly problems: ProblemCatalogue;
  readonly openapi: OpenApiInfo;
  /** Where requests are known again by their `Idempotency-Key`; a service that has no store takes no keys. */
  readonly requests?: IdempotencyKeys;
  /** Tokens beyond those of the configuration. */
  readonly findToken?: FindToken;
  /** The organisation that runs the service; one that names none trusts no issuers. */
  readonly mspId?: string;
  /** Bytes of large bodies that are worked on at once; the others wait. Unbounded where none is given. */
  readonly bodiesMaxBytes?: number;
  /** Path below which everything is FHIR; a service that names none has no such path. */
  readonly fhirBase?: string;
}

/**
 * Makes the Fastify app that every service starts from: authentication, problems, OpenAPI, health,
 * metrics, request ids, limits. Add routes to what it returns (it is awaited, so that they are
 * documented), then `inject` in tests or `serve` in a process.
 */
export async function buildService(options: BuildServiceOptions): Promise<ServiceApp> {
  const { http, auth } = options.config;
  const catalogue: ProblemCatalogue = { ...commonProblems, ...options.problems };
  const app = fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    // The onResponse hook below logs instead: by route pattern, so that no patient stands in the log.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: http.bodyLimitBytes,
    // On close idle connections go at once, busy ones after their response.
    forceCloseConnections: 'idle',
    // refuseWhileClosing answers instead, with a problem.
    return503OnClosing: false,
    // Slow starts and stops have owners elsewhere: the supervisor, and SHUTDOWN_DEADLINE_MS.
    pluginTimeout: 0,
    trustProxy: http.trustedProxies ?? false,
    rewriteUrl: ({ url = '/' }) => routedUrl(url, options.fhirBase),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH_CHARS },
    genReqId: (request) => {
      const given = request.headers[REQUEST_ID_HEADER];
      return typeof given === 'string' && ACCEPTABLE_REQUEST_ID.test(given) ? given : randomUUID();
    },
    serverFactory: (handler) => createHttpServer(handler, http.tls),
    clientErrorHandler: answerParserError,
    frameworkErrors: answerUnreadablePath,
  })
    .withTypeProvider<TypeBoxTypeProvider>()
    .setValidatorCompiler(typeboxValidatorCompiler);

  app.addHook('onRequest', async (request, reply) => {
    reply.header(REQUEST_ID_HEADER, request.id);
  });
  app.addHook('onRequest', async ({ raw }) => {
    if (!namesItsHost(raw)) throw new ProblemError('MALFORMED_REQUEST', 'A request names its host, once');
    if (!isTransferKnown(raw))
      throw new ProblemError('MALFORMED_REQUEST', 'The one transfer coding is chunked');
  });
  refuseWhileClosing(app);
  installTracing(app as unknown as FastifyInstance);
  app.addHook('onResponse', async (request, reply) => {
    const line = {
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      role: request.principal?.role,
      elapsedMs: Math.round(reply.elapsedTime),
    };
    if (reply.statusCode >= 400) request.log.info(line, 'refused');
    else request.log.debug(line, 'served');
  });
  // Plugins take the plain instance: they use no schema types.
  const plain = app as unknown as FastifyInstance;
  installFhirRequests(plain, options.fhirBase);
  await installCrossOrigin(plain, http.allowedOrigins ?? []);
  installErrorHandler(plain, catalogue, rememberMethods(plain, MAX_PARAM_LENGTH_CHARS));
  installDeclaredAnswers(plain);
  installTransportProblems(plain);
  refuseCodedBodies(plain);
  if (options.bodiesMaxBytes !== undefined) installBodyRoom(plain, options.bodiesMaxBytes);
  installJsonBodies(plain);
  const take = await installRateLimits(plain, http.rateLimits);
  installAuth(plain, { config: auth, findToken: options.findToken, mspId: options.mspId, take });
  installScopes(plain);
  if (options.requests) installIdempotency(plain, options.requests);
  installAcceptedTypes(plain);
  installPages(plain);
  installPreferences(plain);
  installEntityTags(plain);
  installEventStreams(plain);
  await installOpenApi(plain, options.openapi, catalogue);
  installHealth(plain);
  installMetrics(plain, { service: options.name, open: http.metricsOpen });
  return app;
}

/** A connection that is kept alive may still bring requests while others finish. */
function refuseWhileClosing(app: ServiceApp): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onRequest', async () => {
    if (closing) throw new ProblemError('SHUTTING_DOWN', 'The service is stopping');
  });
  app.addHook('onSend', async (_request, reply) => {
    // Else the client keeps the connection, and the server waits for it.
    if (closing) reply.header('connection', 'close');
  });
}
