import { RECORD_MAX_BYTES } from '@careledger/contracts';
import { RecordId, RecordVersion } from '@careledger/domain';
import {
  HeldWraps,
  PROVIDER_ROUTES,
  ReplaceWrapsAnswer,
  ReplaceWrapsRequest,
  StoreRecordAnswer,
  StoreRecordRequest,
} from '@careledger/protocol';
import { requireRole, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { callerOf } from '../caller.js';
import type { RecordService } from '../records/record-service.js';
import type { WrapService } from '../wraps/wrap-service.js';

/** Base64url, manifest and wraps beside the ciphertext. */
const BODY_LIMIT_BYTES = 2 * RECORD_MAX_BYTES;
const Params = Type.Object({ recordId: RecordId, version: RecordVersion });
const versionPath = PROVIDER_ROUTES.version(':recordId', ':version');
const wrapsPath = PROVIDER_ROUTES.wraps(':recordId', ':version');

export function addRecordRoutes(app: ServiceApp, service: RecordService, wraps: WrapService): void {
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
      const { answer, created } = await service.store(request.body, request.params, callerOf(request));
      return reply.status(created ? 201 : 200).send(answer);
    },
  );

  app.put(
    wrapsPath,
    {
      config: requireRole('system'),
      schema: {
        summary: 'Replace the wraps of a version by the set that follows',
        params: Params,
        body: ReplaceWrapsRequest,
        response: { 200: ReplaceWrapsAnswer },
      },
    },
    (request) => wraps.replace(request.params, request.body, callerOf(request)),
  );

  app.get(
    wrapsPath,
    {
      config: requireRole('system'),
      schema: {
        summary: 'The wraps of a version, for the patient’s operator and the author',
        params: Params,
        response: { 200: HeldWraps },
      },
    },
    async (request) => wraps.read(request.params, callerOf(request)),
  );
}
