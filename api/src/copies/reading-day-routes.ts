import { ledgerAnswers, onLedger } from '@careledger/ledger/service';
import {
  Next,
  fromCursor,
  pageOfRows,
  pageQuery,
  requireRole,
  withExamples,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import { readingDay } from './examples.js';
import { checkedDays, type ReadingDaysOptions } from './reading-days.js';
import { CheckedReadingDay } from './schemas.js';

const PAGE_DEFAULT = 31;
const PAGE_MAX = 100;

export function addReadingDayRoutes(app: ServiceApp, options: ReadingDaysOptions): void {
  app.get(
    '/v1/audit/days',
    {
      config: requireRole('auditor'),
      schema: {
        summary:
          'Days of the log of who read the copies that this authority keeps, held against their anchors',
        description:
          'UTC, oldest first. A line that was changed, removed or added after its day was anchored makes it differ.',
        problems: ledgerAnswers,
        querystring: Type.Object(pageQuery({ byDefault: PAGE_DEFAULT, max: PAGE_MAX })),
        response: {
          200: withExamples(Type.Object({ days: Type.Array(CheckedReadingDay), next: Next }), {
            days: [readingDay],
            next: null,
          }),
        },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const after = cursor === undefined ? '' : fromCursor(cursor, Type.String());
      const found = await onLedger(() => checkedDays(options, after, limit + 1));
      const { rows, next } = pageOfRows(found, limit, ({ day }) => day);
      return { days: [...rows], next };
    },
  );
}
