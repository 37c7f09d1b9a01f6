import { RECORD_MAX_BYTES } from '@careledger/contracts';
import { closedObject } from '@careledger/domain';
import { IfMatch, ProblemError, type LongWork, type ServiceApp } from '@careledger/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { repeatableRequestOf } from '../http/idempotency.js';
import { readingProblems, writingProblems } from '../http/route-problems.js';
import type { WriteStatus } from '../records/schemas.js';
import { refOf } from '../records/writing.js';
import { resourceAnswer, sendResource } from './answers.js';
import { answerBatch } from './batch.js';
import { CallerHeaders, callerOf } from './caller.js';
import { FORMAT, FhirId } from './parameters.js';
import { ROUTE_OF, type Row } from './table.js';
import { takeBody } from './take-body.js';
import type { FhirWriting, Sent } from './writing.js';
import { answerAccepted, type WrittenAnswers } from './written-answers.js';

/** Around what a record may have, a transaction has its requests. */
const BODY_LIMIT_BYTES = RECORD_MAX_BYTES + 65_536;
/** `"3"`, or as FHIR tags versions: `W/"3"`. */
const VERSION_TAG = '^(?:W/)?"[1-9][0-9]{0,8}"$';
const Resource = Type.Object({ resourceType: Type.String() });

export interface WriteRouteOptions {
  readonly fhirWriting: FhirWriting;
  readonly answers: WrittenAnswers;
  readonly writing: LongWork<Static<typeof WriteStatus>>;
  readonly answerWithinMs: number;
}

const WRITING = {
  idempotencyKey: true,
  isLongWork: true,
  scopedByContent: true,
  keepsNumbers: true,
} as const;

const optionsOf = ({ roles }: Row) => ({
  config: { ...WRITING, roles },
  bodyLimit: BODY_LIMIT_BYTES,
  schema: {
    ...{ hide: true, problems: [...writingProblems, 'NOT_FOUND', 'IDEMPOTENCY_KEY_REUSED'] },
    ...{ headers: CallerHeaders, querystring: closedObject(FORMAT), body: Resource },
  },
});
const ACCEPTED = { 202: resourceAnswer('It goes on; Content-Location says where to look') };

export function addCreateRoute(app: ServiceApp, row: Row, options: WriteRouteOptions): void {
  const { config, bodyLimit, schema } = optionsOf(row);
  const response = { 201: resourceAnswer('The resource'), ...ACCEPTED };
  app.post(
    ROUTE_OF.create(row.resourceType)[1],
    { config, bodyLimit, schema: { ...schema, response } },
    async (request, reply) => {
      assertUnconditional(request);
      const written = await options.fhirWriting.create(row.resourceType, sentOf(request));
      if (!(await isStored(request, reply, written.write, options))) return answerAccepted(request, reply);
      return options.answers.created(request, reply, written);
    },
  );
}

/** A transaction, or a batch: the Bundle says which. */
export function addTransactionRoute(app: ServiceApp, row: Row, options: WriteRouteOptions): void {
  const { config, bodyLimit, schema } = optionsOf(row);
  const response = {
    200: resourceAnswer('A Bundle of type transaction-response or batch-response'),
    ...ACCEPTED,
  };
  app.post(
    ROUTE_OF.transaction()[1],
    {
      // A transaction is held to its scopes by what it writes, a batch by what each of its entries does: it may write nothing.
      config: { ...config, isCallersOwn: true },
      ...{ bodyLimit, schema: { ...schema, response } },
    },
    async (request, reply) => {
      assertUnconditional(request);
      const bundle = takeBody(request);
      if (bundle['resourceType'] === 'Bundle' && bundle['type'] === 'batch') {
        // What its entries read is shown by the gate alone, each time; and what was refused for now is tried again.
        request.isAnsweredAnew = true;
        return sendResource(reply, request, JSON.stringify(await answerBatch(app, bundle, request)));
      }
      const written = await options.fhirWriting.transaction(sentOf(request));
      if (!(await isStored(request, reply, written.write, options))) return answerAccepted(request, reply);
      return options.answers.transacted(request, reply, written);
    },
  );
}

export function addUpdateRoute(app: ServiceApp, row: Row, options: WriteRouteOptions): void {
  const { config, bodyLimit, schema } = optionsOf(row);
  const response = { 200: resourceAnswer('The resource'), ...ACCEPTED };
  // Which version is replaced is said, or the update of somebody else would be lost.
  const headers = Type.Object({
    ...CallerHeaders.properties,
    'if-match': Type.String({ ...IfMatch['if-match'], pattern: VERSION_TAG }),
  });
  app.put(
    ROUTE_OF.update(row.resourceType)[1],
    {
      ...{ config, bodyLimit },
      schema: {
        ...{ ...schema, headers, response, params: Type.Object({ id: FhirId }) },
        // It opens the newest version first.
        problems: [...schema.problems, ...readingProblems, 'VERSION_CHANGED'],
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const seen = Number(request.headers['if-match'].replace(/\D/g, ''));
      const { resourceType } = row;
      const written = await options.fhirWriting.update({ resourceType, id, seen }, sentOf(request));
      if (!(await isStored(request, reply, written.write, options))) return answerAccepted(request, reply);
      return options.answers.updated(request, reply, written);
    },
  );
}

/** Whether a provider has signed for it, by the time that its sender waits. */
async function isStored(
  request: FastifyRequest,
  reply: FastifyReply,
  write: Parameters<typeof refOf>[0],
  { answerWithinMs: waitMs, writing }: WriteRouteOptions,
): Promise<boolean> {
  const { isDone } = await writing.answer(request, reply, {
    ...{ reference: refOf(write), waitMs },
    isAnswered: ({ result }) => result.receipt !== null,
  });
  return isDone;
}

function sentOf(request: Parameters<typeof callerOf>[0] & FastifyRequest): Sent {
  return {
    body: takeBody(request),
    reader: callerOf(request),
    request: repeatableRequestOf(request),
  };
}

/** @throws ProblemError VALIDATION_FAILED: a condition that is not looked at would make a second one */
export function assertUnconditional({ headers }: FastifyRequest): void {
  if (headers['if-none-exist'] !== undefined)
    throw new ProblemError('VALIDATION_FAILED', 'If-None-Exist is not looked at here: use Idempotency-Key');
}
