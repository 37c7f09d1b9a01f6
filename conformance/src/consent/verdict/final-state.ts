import type { GrantState, PolicyVersion } from '@careledger/contracts';
import { PATIENTS_MSP, type ChannelName } from '@careledger/domain';
import { readWrapSet } from '@careledger/envelope';
import { allRows, type LedgerPage } from '@careledger/ledger';
import { HeldWraps, PROVIDER_ROUTES } from '@careledger/protocol';
import type { Findings } from '../finding/finding.js';
import type { History, Wrapping } from '../play/history.js';
import type { ChannelReplay } from '../replay/channel-replay.js';
import type { World } from '../world/world.js';

/** What the ledger has of a patient in the end is what its blocks add up to. */
export async function judgeState(
  { network }: World,
  { channel, replay, patientId }: { channel: ChannelName; replay: ChannelReplay; patientId: string },
  findings: Findings,
): Promise<void> {
  const ask = (name: string, args: object) => network.evaluate('patients client', channel, name, args);
  const { version } = (await ask('GetPolicyVersion', { patientId })) as PolicyVersion;
  const rules = await allRows(
    (page) => ask('ListGrants', { patientId, ...page }) as Promise<LedgerPage<GrantState>>,
    200,
  );
  const standing = rules.filter(({ revokedAt }) => revokedAt === undefined).map(({ grantId }) => grantId);
  const book = replay.book(patientId);
  if (version !== book.version || standing.sort().join() !== book.ids().join())
    findings.add(
      'STATE_DIFFERS',
      `${channel}, ${patientId}: version ${version} with ${standing.length} rules instead of ${book.version} with ${book.ids().length}`,
    );
}

/** The newest set of each version that the provider said it took is there, or one that followed it. */
export async function judgeHeldWraps(
  { provider }: World,
  { wrappings }: History,
  findings: Findings,
): Promise<void> {
  const newest = new Map<string, Wrapping>();
  for (const each of wrappings) {
    const key = `${each.recordId} ${each.version}`;
    if ((newest.get(key)?.seq ?? 0) < each.seq) newest.set(key, each);
  }
  for (const { recordId, version, seq, wrapSet } of newest.values()) {
    const path = PROVIDER_ROUTES.wraps(recordId, version);
    const held = await provider.as(PATIENTS_MSP).call('GET', path, { result: HeldWraps });
    const there = readWrapSet(held.wrapSet).seq;
    if (there < seq || (there === seq && held.wrapSet !== wrapSet))
      findings.add('ACKNOWLEDGED_LOST', `set ${seq} of ${recordId}: there is set ${there}`);
  }
}
