import { RECORD_MAX_BYTES } from '@careledger/contracts';
import { RecordId, RecordVersion } from '@careledger/domain';
import {
  PROVIDER_ROUTES,
  STORE_BATCH_BODY_LIMIT_BYTES,
  StoreRecordAnswer,
  StoreRecordRequest,
  StoreRecordsAnswer,
  StoreRecordsRequest,
} from '@careledger/protocol';
import * as examples from '@careledger/protocol/examples';
import { requireRole, withExamples, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { callerOf } from '../caller.js';
import type { ProblemCode } from '../problems.js';
import { statementAnswers } from '../route-problems.js';
import type { RecordService } from './record-service.js';

/** Base64url, manifest and wraps beside the ciphertext. */
const BODY_LIMIT_BYTES = 2 * RECORD_MAX_BYTES;
/** What the answer to a version, or to it among others, can be. */
const STORE_PROBLEMS: readonly ProblemCode[] = [
  ...statementAnswers,
  'MANIFEST_MALFORMED',
  'WRAP_SET_MALFORMED',
  'BASE64URL_INVALID',
  'VERSION_MISMATCH',
  'PROVIDER_MISMATCH',
  'RECORD_EXISTS',
  'RECORD_REFUSED',
  'MANIFEST_REFUSED',
  'WRAPS_REFUSED',
  'BLOB_MISSING',
];
const Params = Type.Object({ recordId: RecordId, version: RecordVersion });

export function addRecordRoutes(app: ServiceApp, service: RecordService): void {
  app.put(
    PROVIDER_ROUTES.version(':recordId', ':version'),
    {
      config: requireRole('system'),
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        summary: 'Store a version of a record',
        problems: STORE_PROBLEMS,
        params: Params,
        body: withExamples(StoreRecordRequest, examples.storeRecordRequest),
        response: {
          200: withExamples(StoreRecordAnswer, examples.storeRecordAnswer),
          201: withExamples(StoreRecordAnswer, examples.storeRecordAnswer),
        },
      },
    },
    async (request, reply) => {
      const { answer, created } = await service.store(request.body, request.params, callerOf(request));
      return reply.status(created ? 201 : 200).send(answer);
    },
  );

  app.post(
    PROVIDER_ROUTES.versions,
    {
      config: requireRole('system'),
      bodyLimit: STORE_BATCH_BODY_LIMIT_BYTES,
      schema: {
        summary: 'Store versions of many records, each by itself',
        description: `Problems of items, with the status that the answer to the version alone would have: \`TOO_MANY_REQUESTS\`, \`INTERNAL_ERROR\`, ${STORE_PROBLEMS.map((code) => `\`${code}\``).join(', ')}.`,
        body: withExamples(StoreRecordsRequest, examples.storeRecordsRequest),
        response: { 200: withExamples(StoreRecordsAnswer, examples.storeRecordsAnswer) },
      },
    },
    async (request) => {
      const items = await service.storeAll(request.body.versions, callerOf(request));
      // What was refused for now is not answered so again under the same key.
      request.isAnsweredAnew = items.some(({ problem }) => problem !== undefined);
      return { items };
    },
  );
}
