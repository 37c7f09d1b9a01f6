import { EXAMPLE } from '@careledger/domain/examples';
import type { AbsencesPage } from './schemas.js';

export const absences: AbsencesPage = {
  absences: [{ from: EXAMPLE.at[1], until: EXAMPLE.at[2], cause: 'killed' }],
  next: null,
};
