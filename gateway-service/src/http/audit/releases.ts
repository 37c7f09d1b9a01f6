import { CompactJws, type AccessState } from '@careledger/contracts';
import { NullOr, Timestamp } from '@careledger/domain';
import { PROVIDER_ROUTES, ReleaseLookupAnswer, type ReleaseLookup } from '@careledger/protocol';
import { HttpClientError } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import type { Providers } from '../../ledger-access/providers.js';
import { RELEASE_LOOKUP_TIMEOUT_MS } from '../limits.js';

/** What came of a permit, by the word of the provider that could release under it: no ledger has that. */
export const ReleaseView = Type.Object(
  {
    /**
     * `released`: once, at `releasedAt`. `nothing`: the permit is over, and nothing was released under it. `open`: nothing yet,
     * and it could still be. `unknown`: the provider did not say, `problem` has why.
     */
    state: Type.Enum(['released', 'nothing', 'open', 'unknown']),
    releasedAt: NullOr(Timestamp),
    /** What the recipient signed: it got the version. Null where it has not. */
    receipt: NullOr(CompactJws),
    problem: NullOr(Type.String()),
  },
  { title: 'ReleaseView' },
);
export type ReleaseView = Static<typeof ReleaseView>;

interface Permit {
  readonly access: AccessState;
  readonly holder: string;
  readonly releaseBefore: string;
}

/**
 * Asks each provider that could release under permits of one patient what it did: once each, all at the same time.
 * @param accesses a page of the ledger's, which has fewer than a lookup may have
 * @returns by the permit's access; what is no permit for a release is not in it
 */
export async function lookUpReleases(
  accesses: readonly AccessState[],
  providers: Providers,
  now: () => number = Date.now,
): Promise<ReadonlyMap<AccessState, ReleaseView>> {
  const permits = accesses.map(permitOf).filter((permit) => permit !== undefined);
  const found = new Map<AccessState, ReleaseView>();
  await Promise.all(
    [...Map.groupBy(permits, ({ holder }) => holder)].map(async ([holder, theirs]) => {
      const said = await ask(holder, theirs, providers);
      for (const [index, { access, releaseBefore }] of theirs.entries()) {
        const lookup = typeof said === 'string' ? said : (said[index] ?? 'PROVIDER_UNREACHABLE');
        found.set(access, viewOf(lookup, now() < Date.parse(releaseBefore)));
      }
    }),
  );
  return found;
}

function permitOf(access: AccessState): Permit | undefined {
  const { releasingProviderId: holder, releaseBefore } = access;
  return holder === undefined || releaseBefore === undefined ? undefined : { access, holder, releaseBefore };
}

/** What the provider says of each permit, or the code of why it says nothing. */
async function ask(
  holder: string,
  permits: readonly Permit[],
  providers: Providers,
): Promise<string | readonly ReleaseLookup[]> {
  // One that rests would hold up the patient's list.
  if (!providers.order().includes(holder) || !providers.isWorking(holder)) return 'PROVIDER_UNREACHABLE';
  try {
    const client = await providers.client(holder);
    const { items } = await client.call('POST', PROVIDER_ROUTES.releaseLookups, {
      body: {
        patientId: permits[0]?.access.patientId,
        permits: permits.map(({ access: { txId: permitTxId, requester, requestSid } }) => ({
          permitTxId,
          requester,
          requestSid,
        })),
      },
      result: ReleaseLookupAnswer,
      timeoutMs: RELEASE_LOOKUP_TIMEOUT_MS,
    });
    return items;
  } catch (error) {
    if (!(error instanceof HttpClientError)) throw error;
    return error.problem?.code ?? 'PROVIDER_UNREACHABLE';
  }
}

function viewOf(said: ReleaseLookup | string, isOpen: boolean): ReleaseView {
  if (typeof said === 'string') return { state: 'unknown', releasedAt: null, receipt: null, problem: said };
  if (said.releasedAt !== null) return { state: 'released', ...said, problem: null };
  return { state: isOpen ? 'open' : 'nothing', releasedAt: null, receipt: null, problem: null };
}
