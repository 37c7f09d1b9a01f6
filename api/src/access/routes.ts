import { PatientId, RecordId, RecordVersion } from '@careledger/domain';
import { ledgerAnswers } from '@careledger/ledger/service';
import { readingsBundle } from '@careledger/protocol/examples';
import { FHIR_JSON, JSON_TYPE, requireRole, versionTag, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { vouchingProblems } from '../http/route-problems.js';
import type { AccessService } from './access-service.js';
import { VouchingQuery, readerOf } from './reader.js';
import { Bundle } from './schemas.js';

const RECORD = { schema: Type.Unsafe<string>(Bundle), example: readingsBundle };

export function addAccessRoutes(app: ServiceApp, service: AccessService): void {
  app.get(
    '/v1/records/:recordId',
    {
      config: requireRole('practitioner'),
      schema: {
        summary: 'Open a record: asked for on the ledger, fetched, checked, decrypted',
        problems: [
          ...vouchingProblems,
          ...ledgerAnswers,
          'ACCESS_DENIED',
          'ACCESS_REFUSED',
          'RECORD_UNKNOWN',
          'PATIENT_UNKNOWN',
          'RECORD_NOT_WRAPPED',
          'RECORD_ALTERED',
          'PERMIT_NOT_COMMITTED',
          'PROVIDER_UNREACHABLE',
          'TOO_MANY_TAGS',
        ],
        params: Type.Object({ recordId: RecordId }),
        querystring: Type.Object({
          patientId: PatientId,
          /** The newest unless named. */
          version: Type.Optional(RecordVersion),
          ...VouchingQuery,
        }),
        response: {
          200: {
            description: 'FHIR R4',
            content: { [FHIR_JSON]: RECORD, [JSON_TYPE]: RECORD },
          },
        },
      },
    },
    async (request, reply) => {
      const { patientId, version } = request.query;
      const opened = await service.open({
        patientId,
        recordId: request.params.recordId,
        ...(version !== undefined && { version }),
        reader: readerOf(request, request.query),
      });
      return reply
        .type(request.answerType)
        .header('etag', versionTag(opened.access.version))
        .header('x-careledger-permit', opened.access.txId)
        .header('cache-control', 'no-store')
        .serializer((json: unknown) => String(json))
        .send(opened.json);
    },
  );
}
