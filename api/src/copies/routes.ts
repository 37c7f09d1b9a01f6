import { NullOr, PatientId, Timestamp } from '@careledger/domain';
import { ledgerAnswers } from '@careledger/ledger/service';
import {
  JSON_TEXT,
  Next,
  pageQuery,
  requireRole,
  withExamples,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import { VouchingQuery, readerOf } from '../access/reader.js';
import { vouchingProblems } from '../http/route-problems.js';
import { Name } from '../http/schemas.js';
import type { CopyPage, CopySearch } from './copy-search.js';
import { resources } from './examples.js';
import { CopiedResource } from './schemas.js';

const PAGE_DEFAULT = 50;
const PAGE_MAX = 500;
const Tokens = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 2_048,
    description: '`system|code`, or the code alone; several with commas: one of them',
  }),
);

export function addCopyRoutes(app: ServiceApp, search: CopySearch): void {
  app.get(
    '/v1/patients/:patientId/copies',
    {
      config: { ...requireRole('practitioner'), scopedByContent: true },
      schema: {
        operationId: 'searchCopies',
        summary:
          'Search the copy that the patient lets this authority keep: resources by type, code, category and time',
        description:
          'Sorted by the time of which they tell. Takes the purpose and the unit for which the copy is kept. Each record of which something is shown is in the own log.',
        problems: [...vouchingProblems, ...ledgerAnswers, 'COPY_STALE', 'TOO_MANY_TAGS'],
        params: Type.Object({ patientId: PatientId }),
        querystring: Type.Object({
          resourceType: Name,
          code: Tokens,
          category: Tokens,
          /** What tells of the time from then on. */
          from: Type.Optional(Timestamp),
          /** What tells of the time before. */
          to: Type.Optional(Timestamp),
          sort: Type.Union([Type.Literal('date'), Type.Literal('-date')], { default: '-date' }),
          total: Type.Union([Type.Literal('none'), Type.Literal('accurate')], {
            default: 'none',
            description: 'Whether all are counted that may be seen',
          }),
          ...VouchingQuery,
          ...pageQuery({ byDefault: PAGE_DEFAULT, max: PAGE_MAX }),
        }),
        response: {
          200: withExamples(
            Type.Object({
              resources: Type.Array(CopiedResource),
              total: NullOr(Type.Integer({ minimum: 0 })),
              next: Next,
            }),
            resources,
          ),
        },
      },
    },
    async (request, reply) => {
      const { resourceType, code, category, from, to, sort, total, limit, cursor } = request.query;
      const span = (from !== undefined || to !== undefined) && {
        fromMs: from === undefined ? Number.MIN_SAFE_INTEGER : Date.parse(from),
        toMs: to === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(to),
      };
      const page = await search.find(readerOf(request, request.query), {
        ...{ patientId: request.params.patientId, resourceType, limit },
        terms: [
          ...(code === undefined ? [] : [{ by: 'code' as const, anyOf: code.split(',') }]),
          ...(category === undefined ? [] : [{ by: 'category' as const, anyOf: category.split(',') }]),
        ],
        ...(span && { span }),
        ...{ order: sort === 'date' ? 'asc' : 'desc', isCounted: total === 'accurate' },
        ...(cursor !== undefined && { cursor }),
      });
      return reply
        .type(JSON_TEXT)
        .header('cache-control', 'no-store')
        .serializer((found: unknown) => textOf(found as CopyPage))
        .send(page as never);
    },
  );
}

/** Each resource within it with its numbers as they were written. */
function textOf({ resources: shown, total, next }: CopyPage): string {
  const rows = shown.map(
    ({ recordId, version, entry, json }) =>
      `${JSON.stringify({ recordId, version, entry }).slice(0, -1)},"resource":${json}}`,
  );
  return `{"resources":[${rows.join(',')}],"total":${JSON.stringify(total ?? null)},"next":${JSON.stringify(next)}}`;
}
