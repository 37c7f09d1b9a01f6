import { RecordId, RecordVersion } from '@careledger/domain';
import { RECORD_MAX_BYTES } from '@careledger/contracts';
import {
  PROVIDER_ROUTES,
  ReplaceWrapsRequest,
  StoreRecordAnswer,
  StoreRecordRequest,
} from '@careledger/protocol';
import { requireRole, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { RecordService } from '../records/record-service.js';

/** Base64url, manifest and wraps beside the ciphertext. */
const BODY_LIMIT_BYTES = 2 * RECORD_MAX_BYTES;
const Params = Type.Object({ recordId: RecordId, version: RecordVersion });
const versionPath = PROVIDER_ROUTES.version(':recordId', ':version');

export function addRecordRoutes(app: ServiceApp, service: RecordService): void {
  app.put(
    versionPath,
    {
      config: requireRole('system'),
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        summary: 'Store a version of a record',
        params: Params,
        body: StoreRecordRequest,
        response: { 200: StoreRecordAnswer, 201: StoreRecordAnswer },
      },
    },
    async (request, reply) => {
      const { answer, created } = await service.store(request.body, request.params);
      return reply.status(created ? 201 : 200).send(answer);
    },
  );

  app.put(
    PROVIDER_ROUTES.wraps(':recordId', ':version'),
    {
      config: requireRole('system'),
      bodyLimit: BODY_LIMIT_BYTES,
      schema: { summary: 'Replace the wrap set of a version', params: Params, body: ReplaceWrapsRequest },
    },
    async (request, reply) => {
      const { recordId, version } = request.params;
      await service.replaceWraps(recordId, version, request.body.wrapSet);
      return reply.status(204).send();
    },
  );
}
