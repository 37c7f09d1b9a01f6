import { withExamples, type ServiceApp } from '@careledger/service-kit';
import { byPatientOrOps } from '../access.js';
import { ListQuery } from '../schemas.js';
import type { AbsenceList } from './absence-list.js';
import { absences } from './examples.js';
import { AbsencesPage } from './schemas.js';

export function addAbsenceRoutes(app: ServiceApp, list: AbsenceList): void {
  app.get(
    '/v1/absences',
    {
      config: byPatientOrOps,
      schema: {
        summary: 'When this gateway heard no device at all, newest first, and why',
        description:
          'For good. What devices sent meanwhile comes later: no alarm of their silence counts that time.',
        problems: ['CURSOR_INVALID'],
        querystring: ListQuery,
        response: { 200: withExamples(AbsencesPage, absences) },
      },
    },
    async (request) => list.page(request.query),
  );
}
