import { PatientId, timestampOf } from '@careledger/domain';
import { principalOf, requireRole, withExamples, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { VouchingQuery, readerOf } from '../access/reader.js';
import { vouchingProblems } from '../http/route-problems.js';
import { problem } from '../problems.js';
import type { Allowances } from './allowances.js';
import type { CopyBacklog } from './backlog.js';
import type { CopySearch } from './copy-search.js';
import type { CopyStore } from './copy-store.js';
import { progress } from './examples.js';
import type { IntakeStore } from './intake-store.js';
import { CopyProgress } from './schemas.js';

export interface ProgressRouteOptions {
  readonly allowances: Allowances;
  readonly backlog: Pick<CopyBacklog, 'of'>;
  readonly copies: CopyStore;
  readonly search: Pick<CopySearch, 'allowedBy'>;
  readonly waiting: IntakeStore;
}

export function addProgressRoutes(
  app: ServiceApp,
  { allowances, backlog, copies, search, waiting }: ProgressRouteOptions,
): void {
  app.get(
    '/v1/patients/:patientId/copies/progress',
    {
      config: requireRole('practitioner', 'ops', 'auditor'),
      schema: {
        summary: 'How much of what may be kept of the patient is kept',
        description:
          'What was announced before the grant comes in beside what is announced now. Until it is complete, a search finds less than a reader may read. A practitioner is told for the unit and the purpose of the copy alone: how many records there are is of the patient as well.',
        problems: vouchingProblems,
        params: Type.Object({ patientId: PatientId }),
        querystring: Type.Object(VouchingQuery),
        response: { 200: withExamples(CopyProgress, progress) },
      },
    },
    async (request) => {
      const { patientId } = request.params;
      if (principalOf(request).role === 'practitioner')
        await search.allowedBy(readerOf(request, request.query), patientId);
      if (!allowances.stands(patientId))
        throw problem('READ_REFUSED', 'No copy is kept: NO_GRANT', { members: { reason: 'NO_GRANT' } });
      const { beforeMs = null, isDone = false } = backlog.of(patientId) ?? {};
      const { all } = waiting.count(patientId);
      return {
        kept: copies.count(patientId),
        waiting: all,
        lookedBackTo: beforeMs === null ? null : timestampOf(beforeMs),
        isComplete: isDone && all === 0,
      };
    },
  );
}
