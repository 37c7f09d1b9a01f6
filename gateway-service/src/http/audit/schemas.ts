import { AccessState, CompactJws, VisitState } from '@careledger/contracts';
import { AuthorityId, NullOr, RecordId, closedObject } from '@careledger/domain';
import { AttemptsFilter, DecisionsQuery } from '@careledger/ledger/answers';
import { ledgerPageQuery } from '@careledger/ledger/service';
import { Next } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { Passphrase, PatientParams } from '../schemas.js';
import { ReleaseView } from './releases.js';

export const LedgerPageQuery = Type.Object(ledgerPageQuery);
export type LedgerPageQuery = Static<typeof LedgerPageQuery>;

/** Whose attempts: an authority's, or the patient's own. */
const ofRequester = { requester: Type.Optional(AccessState.properties.requester) };

export const AccessesQuery = Type.Object({ ...ofRequester, ...AttemptsFilter });
export type AccessesQuery = Static<typeof AccessesQuery>;

export const ExplainedQuery = Type.Object({ ...ofRequester, ...DecisionsQuery.properties });
export type ExplainedQuery = Static<typeof ExplainedQuery>;

export const RecordParams = Type.Object({ ...PatientParams.properties, recordId: RecordId });

/** An access as the patient sees it. */
const AccessView = Type.Object(
  {
    ...AccessState.properties,
    /**
     * True where an authority says that it showed the content of a direct notice to somebody, and the ledger would not have
     * permitted it: worth asking about.
     */
    isAgainstPolicy: Type.Boolean(),
    /** What came of a permit to release a version; null for every other line. */
    release: NullOr(ReleaseView),
  },
  { title: 'AccessView' },
);
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
