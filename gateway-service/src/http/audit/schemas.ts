import { AccessState, CompactJws, VisitState } from '@careledger/contracts';
import { AuthorityId, closedObject } from '@careledger/domain';
import { Type, type Static } from 'typebox';
import { Passphrase } from '../schemas.js';

export const LedgerPageQuery = Type.Object({
  /** As the page before returned it. */
  bookmark: Type.Optional(Type.String({ maxLength: 1024 })),
  pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
});
export type LedgerPageQuery = Static<typeof LedgerPageQuery>;

/** An access as the patient sees it. */
const AccessView = Type.Object({
  ...AccessState.properties,
  /**
   * True where an authority says that it showed the content of a direct notice to somebody, and the ledger would not have
   * permitted it: worth asking about.
   */
  isAgainstPolicy: Type.Boolean(),
});
export type AccessView = Static<typeof AccessView>;

/** A page can be short, even empty, while its bookmark is not: go on until that is empty. */
export const AccessesPage = Type.Object({ accesses: Type.Array(AccessView), bookmark: Type.String() });
export type AccessesPage = Static<typeof AccessesPage>;

/** As with accesses. */
export const VisitsPage = Type.Object({ visits: Type.Array(VisitState), bookmark: Type.String() });
export type VisitsPage = Static<typeof VisitsPage>;

export const CheckInBody = Type.Union([
  closedObject({ statement: CompactJws }),
  closedObject({ authorityId: AuthorityId, passphrase: Passphrase }),
]);
export type CheckInBody = Static<typeof CheckInBody>;
