import { ACCESS_BATCH_MAX_ITEMS } from '@careledger/contracts';
import { PatientId, RecordId, RecordVersion, Timestamp } from '@careledger/domain';
import { ledgerAnswers, nextOf, pageArgs } from '@careledger/ledger/service';
import { readingsBundle } from '@careledger/protocol/examples';
import {
  FHIR_JSON,
  JSON_TEXT,
  JSON_TYPE,
  Next,
  pageQuery,
  requireRole,
  versionTag,
  withExamples,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import { readingProblems, vouchingProblems } from '../http/route-problems.js';
import { Name } from '../http/schemas.js';
import type { AccessService } from './access-service.js';
import { openedRecord } from './examples.js';
import { answerTextOf, permitsOf, type OpenedPage } from './opened-records.js';
import { VouchingQuery, readerOf } from './reader.js';
import { Bundle, OpenedRecord } from './schemas.js';
import type { Versions } from './versions.js';

const SPAN_DEFAULT = 64;
const RECORD = { schema: Type.Unsafe<string>(Bundle), example: readingsBundle };

export function addAccessRoutes(app: ServiceApp, service: AccessService, versions: Versions): void {
  app.get(
    '/v1/records/:recordId',
    {
      config: { ...requireRole('practitioner'), scopedByContent: true },
      schema: {
        summary: 'Open a record: asked for on the ledger, fetched, checked, decrypted',
        problems: readingProblems,
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
      const reader = readerOf(request, request.query);
      const wanted = {
        patientId,
        recordId: request.params.recordId,
        ...(version !== undefined && { version }),
      };
      const [opened] = await service.open({
        patientId,
        versions: [await versions.named(wanted)],
        reader,
      });
      if (opened?.status !== 'fulfilled') throw opened?.reason;
      const { access, json } = opened.value;
      return reply
        .type(request.answerType)
        .header('etag', versionTag(access.version))
        .header('x-careledger-permit', access.txId)
        .header('cache-control', 'no-store')
        .serializer((text: unknown) => String(text))
        .send(json);
    },
  );

  app.get(
    '/v1/patients/:patientId/records',
    {
      config: { ...requireRole('practitioner'), scopedByContent: true },
      schema: {
        operationId: 'openRecordsOfSpan',
        summary: 'Open the records of a span of time: one decision each, all in one transaction',
        description:
          'The newest version of each record whose time begins in the span, by that time. A page looks at as many records as `limit` says and opens at most 8 MiB; those that are not shown have a `problem` instead of `content`.',
        problems: [...vouchingProblems, ...ledgerAnswers, 'SCOPE_UNKNOWN', 'TOO_MANY_TAGS'],
        params: Type.Object({ patientId: PatientId }),
        querystring: Type.Object({
          /** Start of the record's time, from then on. */
          from: Type.Optional(Timestamp),
          /** Before that. */
          to: Type.Optional(Timestamp),
          category: Type.Optional(Name),
          resourceType: Type.Optional(Name),
          /** With the single measured values, for which a grant has to say `detail`. */
          detail: Type.Optional(Type.Boolean()),
          ...VouchingQuery,
          ...pageQuery({ byDefault: SPAN_DEFAULT, max: ACCESS_BATCH_MAX_ITEMS }),
        }),
        response: {
          200: withExamples(Type.Object({ records: Type.Array(OpenedRecord), next: Next }), {
            records: [openedRecord],
            next: null,
          }),
        },
      },
    },
    async (request, reply) => {
      const { patientId } = request.params;
      const { from, to, category, resourceType, detail } = request.query;
      const { pageSize: limit, ...place } = pageArgs(request.query);
      const { versions: found, bookmark } = await versions.of({
        ...{ patientId, limit, ...place },
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(category !== undefined && { category }),
        ...(resourceType !== undefined && { resourceType }),
        ...(detail !== undefined && { detail }),
      });
      const opened = await service.open({
        patientId,
        versions: found,
        reader: readerOf(request, request.query),
      });
      const page: OpenedPage = { found, opened, next: nextOf(bookmark) };
      return reply
        .type(JSON_TEXT)
        .header('x-careledger-permit', permitsOf(page).join(', '))
        .header('cache-control', 'no-store')
        .serializer((opening: unknown) => answerTextOf(opening as OpenedPage))
        .send(page as never);
    },
  );
}
