import { PatientId, timestampOf } from '@careledger/domain';
import { requireRole, withExamples, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { problem } from '../problems.js';
import type { Allowances } from './allowances.js';
import type { CopyBacklog } from './backlog.js';
import type { CopyStore } from './copy-store.js';
import { progress } from './examples.js';
import type { IntakeStore } from './intake-store.js';
import { CopyProgress } from './schemas.js';

export interface ProgressRouteOptions {
  readonly allowances: Allowances;
  readonly backlog: Pick<CopyBacklog, 'of'>;
  readonly copies: CopyStore;
  readonly waiting: IntakeStore;
}

export function addProgressRoutes(
  app: ServiceApp,
  { allowances, backlog, copies, waiting }: ProgressRouteOptions,
): void {
  app.get(
    '/v1/patients/:patientId/copies/progress',
    {
      config: requireRole('practitioner', 'ops', 'auditor'),
      schema: {
        summary: 'How much of what may be kept of the patient is kept',
        description:
          'What was announced before the grant comes in beside what is announced now. Until it is complete, a search finds less than a reader may read.',
        problems: ['READ_REFUSED'],
        params: Type.Object({ patientId: PatientId }),
        response: { 200: withExamples(CopyProgress, progress) },
      },
    },
    ({ params: { patientId } }) => {
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
