import { RECORD_MAX_BYTES } from '@careledger/contracts';
import { closedObject } from '@careledger/domain';
import { ProblemError, problemOf, toOperationOutcome, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { problem, problems } from '../problems.js';
import { checkedContent } from '../records/checked-content.js';
import { resourceAnswer, sendResource } from './answers.js';
import { isObject, objectsOf, type Json } from '../resources/json.js';
import { FORMAT } from './parameters.js';
import { assertType, contentOf, keptResource, patientOf, toldOf } from './sent-resources.js';
import { ROUTE_OF, type Row } from './table.js';
import { takeBody } from './take-body.js';

/** Stands for the name that it would get. */
const FULL_URL = 'urn:uuid:00000000-0000-4000-8000-000000000000';
const SOUND = {
  resourceType: 'OperationOutcome',
  issue: [
    {
      severity: 'information',
      code: 'informational',
      diagnostics: 'A record may say this; nothing was written',
    },
  ],
};
const Resource = Type.Object({ resourceType: Type.String() });

export interface ValidateRouteOptions {
  readonly authorityId: string;
  /** Address of this server, with FHIR's path. */
  readonly base: string;
}

/** `$validate` (https://hl7.org/fhir/R4/resource-operation-validate.html): what a create would find wrong. */
export function addValidateRoute(
  app: ServiceApp,
  { resourceType, roles }: Row,
  { authorityId: author, base }: ValidateRouteOptions,
): void {
  app.post(
    ROUTE_OF.validate(resourceType)[1],
    {
      // Nothing is made that could be made twice.
      config: { roles, idempotencyKey: false, scopedByContent: true, keepsNumbers: true },
      bodyLimit: RECORD_MAX_BYTES,
      schema: {
        ...{ hide: true, querystring: closedObject(FORMAT), body: Resource },
        response: { 200: resourceAnswer('An OperationOutcome with each fault') },
      },
    },
    async (request, reply) => {
      const outcome = await outcomeOf(async () => {
        const resource = keptResource(resourceIn(takeBody(request)), base);
        assertType(resource, resourceType);
        const patientId = patientOf([resource]);
        const { bundle } = contentOf([{ fullUrl: FULL_URL, resource }]);
        await toldOf({ resourceType, index: 0 }, () => checkedContent(bundle, { patientId, author }));
      });
      return sendResource(reply, request, JSON.stringify(outcome));
    },
  );
}

/** The faults that a check throws, as an answer. */
async function outcomeOf(check: () => Promise<void>): Promise<object> {
  try {
    await check();
    return SOUND;
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'FHIR_INVALID') throw error;
    const { code, members, message } = error as ProblemError<'FHIR_INVALID'>;
    return toOperationOutcome({ ...problemOf(code, problems[code]), ...members, detail: message });
  }
}

/** The resource itself, or what Parameters give as `resource`. @throws ProblemError FHIR_INVALID for other parameters */
function resourceIn(body: Json): Json {
  if (body['resourceType'] !== 'Parameters') return body;
  const parameters = objectsOf(body['parameter']);
  const [parameter] = parameters;
  const resource = parameter?.['resource'];
  if (parameters.length === 1 && parameter?.['name'] === 'resource' && isObject(resource)) return resource;
  const diagnostics = 'takes one parameter, resource';
  throw problem('FHIR_INVALID', diagnostics, {
    members: {
      reason: 'NOT_A_FHIR_RESOURCE',
      issues: [{ ...{ code: 'not-supported', expression: 'Parameters.parameter', diagnostics } }],
    },
  });
}
