import { timestampOf } from '@careledger/domain';
import { fromCursor, pageOfRows } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { GatewayLife } from '../../processing/index.js';
import type { ListQuery } from '../schemas.js';
import type { AbsencesPage } from './schemas.js';

export interface AbsenceListOptions {
  readonly life: Pick<GatewayLife, 'page'>;
}

const Place = Type.Object({ from: Type.Integer() });

/** The gateway's own absences, as patients and whoever runs it see them. */
export class AbsenceList {
  readonly #life: AbsenceListOptions['life'];

  constructor({ life }: AbsenceListOptions) {
    this.#life = life;
  }

  /** Newest first. @throws ProblemError `CURSOR_INVALID` */
  page({ cursor, limit }: ListQuery): AbsencesPage {
    const before = cursor === undefined ? undefined : fromCursor(cursor, Place).from;
    const page = pageOfRows(this.#life.page(before, limit + 1), limit, ({ from }) => ({ from }));
    return {
      absences: page.rows.map(({ from, until, cause }) => ({
        ...{ from: timestampOf(from), until: timestampOf(until), cause },
      })),
      next: page.next,
    };
  }
}
