import { createHash } from 'node:crypto';
import { CHANNELS } from '@careledger/domain';
import { canonicalJson } from '@careledger/crypto';
import { allRows, type LedgerPage } from '@careledger/ledger';
import { functionNamed } from '../../fixtures/chaincode/functions.js';
import { concurrently } from '../concurrently.js';
import { networkTarget } from './network-target.js';
import type { WorkedNetwork } from './replay.js';

/** What is asked about everybody, and about each patient. */
const OF_ALL = ['ListAuthorities', 'ListProviders'];
const OF_EACH = [
  'ListGrants',
  'ListSubscriptions',
  'ListRecords',
  'ListAnnouncements',
  'ListAnchors',
  'ListForks',
  'ListAccesses',
  'ListVisits',
  'ListWrapHolders',
  'ListPolicyChanges',
];

/** SHA-256 of all that the listings of both channels say of organisations and of the patients in these calls. */
export async function digestOf({ network, calls }: WorkedNetwork): Promise<string> {
  const target = networkTarget(network);
  const patients = new Set(JSON.stringify(calls.map(({ args }) => args)).match(/pat_[a-z2-7]{32}/g));
  const questions = CHANNELS.flatMap((channel) => {
    const works = (name: string) => functionNamed(name).definition.channels.includes(channel);
    return [
      ...OF_ALL.filter(works).map((name) => ({ channel, name, filter: {} })),
      ...[...patients].flatMap((patientId) =>
        OF_EACH.filter(works).map((name) => ({ channel, name, filter: { patientId } })),
      ),
    ];
  });
  const listed = await concurrently(questions, async ({ channel, name, filter }) =>
    allRows(
      (page) =>
        target.evaluate({
          identity: 'patients client',
          channel,
          name,
          args: { ...filter, ...page },
        }) as Promise<LedgerPage<object>>,
    ),
  );
  return createHash('sha256')
    .update(canonicalJson(listed as never))
    .digest('hex');
}
