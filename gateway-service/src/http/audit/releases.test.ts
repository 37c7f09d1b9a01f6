import { describe, expect, test } from '@jest/globals';
import type { AccessState } from '@careledger/contracts';
import { accessState } from '@careledger/contracts/examples';
import { ProviderPool } from '@careledger/delivery';
import type { ReleaseLookup, ReleaseLookupRequest } from '@careledger/protocol';
import { HttpClientError, type CallOptions, type HttpClient } from '@careledger/service-kit';
import { lookUpReleases } from './releases.js';

const NOW = '2026-06-01T08:00:00.000Z';
const LATER = '2026-06-01T08:00:20.000Z';
const NOTHING: ReleaseLookup = { releasedAt: null, receipt: null };
const SPENT: ReleaseLookup = { releasedAt: NOW, receipt: 'a.b.c' };

const permit = (holder: string, changes: Partial<AccessState> = {}): AccessState => ({
  ...accessState,
  ...{ decision: 'permit', releasingProviderId: holder, releaseBefore: NOW },
  ...changes,
});

/** Providers that answer with what is given for them, and note what they were asked. */
function pool(answers: Readonly<Record<string, readonly ReleaseLookup[] | Error>>) {
  const asked: ReleaseLookupRequest[] = [];
  const connect = (providerId: string) =>
    ({
      call: async (_method: string, _path: string, { body }: CallOptions<never>) => {
        asked.push(body as ReleaseLookupRequest);
        const items = answers[providerId];
        if (items instanceof Error) throw items;
        return { items };
      },
    }) as unknown as HttpClient;
  const providers = new ProviderPool({
    ...{ providerIds: Object.keys(answers), connect, restMs: () => 1_000, clock: Date.now },
  });
  return { asked, providers };
}

describe('what came of a permit', () => {
  test('is asked of the provider that could release, of all its permits at once', async () => {
    const [one, two] = [permit('prv_a'), permit('prv_a', { requestSid: 'B'.repeat(22) })];
    const { asked, providers } = pool({ prv_a: [SPENT, NOTHING] });
    const found = await lookUpReleases([one, two], providers, () => Date.parse(NOW));
    expect(found.get(one)).toEqual({ state: 'released', ...SPENT, problem: null });
    expect(found.get(two)).toEqual({ state: 'nothing', ...NOTHING, problem: null });
    expect(asked).toEqual([
      {
        patientId: one.patientId,
        permits: [one, two].map(({ txId: permitTxId, requester, requestSid }) => ({
          permitTxId,
          requester,
          requestSid,
        })),
      },
    ]);
  });

  test('is open while something could still be released', async () => {
    const access = permit('prv_a', { releaseBefore: LATER });
    const { providers } = pool({ prv_a: [NOTHING] });
    const found = await lookUpReleases([access], providers, () => Date.parse(NOW));
    expect(found.get(access)).toMatchObject({ state: 'open' });
  });

  test('is unknown where its provider does not say, and says why, beside what another one says', async () => {
    const [away, refused, other, here] = ['prv_away', 'prv_refuses', 'prv_unknown', 'prv_here'].map((id) =>
      permit(id),
    ) as [AccessState, AccessState, AccessState, AccessState];
    const problem = { type: '', title: '', status: 403, code: 'ORGANISATION_MISMATCH' };
    const { providers } = pool({
      prv_away: new HttpClientError('UNREACHABLE', 'cannot be reached'),
      prv_refuses: new HttpClientError('REFUSED', 'refused', { problem }),
      prv_here: [SPENT],
    });
    const found = await lookUpReleases([away, refused, other, here], providers);
    expect([away, refused, other, here].map((access) => found.get(access))).toMatchObject([
      { state: 'unknown', problem: 'PROVIDER_UNREACHABLE' },
      { state: 'unknown', problem: 'ORGANISATION_MISMATCH' },
      { state: 'unknown', problem: 'PROVIDER_UNREACHABLE' },
      { state: 'released' },
    ]);
  });

  test('is of permits for a release alone: a denial and a reading of a notice have none', async () => {
    const { releasingProviderId, releaseBefore, ...denial } = permit('prv_a', { decision: 'deny' });
    expect([releasingProviderId, releaseBefore]).toEqual(['prv_a', NOW]);
    const { asked, providers } = pool({ prv_a: [] });
    expect(await lookUpReleases([denial], providers)).toEqual(new Map());
    expect(asked).toEqual([]);
  });
});
