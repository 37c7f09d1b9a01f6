import { Timestamp } from '@careledger/domain';
import { Next } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { ABSENCE_CAUSES } from '../../processing/index.js';

const AbsenceView = Type.Object(
  {
    from: Timestamp,
    until: Timestamp,
    cause: Type.Enum([...ABSENCE_CAUSES], {
      description:
        'stopped: by whoever runs it, until its next start. killed: it ended without a word; from is when it was last known to ' +
        'run. stalled: it ran, and stood still',
    }),
  },
  { title: 'AbsenceView' },
);

export const AbsencesPage = Type.Object({ absences: Type.Array(AbsenceView), next: Next });
export type AbsencesPage = Static<typeof AbsencesPage>;
