import { AccessState, CompactJws, VisitState } from '@careledger/contracts';
import { AuthorityId, closedObject } from '@careledger/domain';
import { ledgerPageQuery } from '@careledger/ledger/service';
import { Next } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { Passphrase } from '../schemas.js';

export const LedgerPageQuery = Type.Object(ledgerPageQuery);
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

export const AccessesPage = Type.Object({ accesses: Type.Array(AccessView), next: Next });
export type AccessesPage = Static<typeof AccessesPage>;

export const VisitsPage = Type.Object({ visits: Type.Array(VisitState), next: Next });
export type VisitsPage = Static<typeof VisitsPage>;

export const CheckInBody = Type.Union([
  closedObject({ statement: CompactJws }),
  closedObject({ authorityId: AuthorityId, passphrase: Passphrase }),
]);
export type CheckInBody = Static<typeof CheckInBody>;
