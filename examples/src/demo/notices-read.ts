import type { ReceivedNotice } from '../client/notice-inbox.js';
import { eventually } from '../client/eventually.js';
import type { DemoContext } from './context.js';
import type { LedgerView } from './ledger-view.js';

/** Why a notice may be withheld from somebody who has a grant: the own peer did not answer in time. */
const NOBODY_ASKED = 'LEDGER_UNAVAILABLE';

/**
 * Direct emergencies that the hospital was shown: waits until each reading is on channel `cloud` for the patient to see.
 * @param received what the hospital hears; it may grow meanwhile
 * @throws Error where one was withheld, although every patient has granted the hospital to read
 */
export async function noticesRead(
  { narrator, people }: DemoContext,
  received: readonly ReceivedNotice[],
  view: LedgerView,
): Promise<number> {
  const count = await eventually('Every reading of an emergency notice on channel cloud', async () => {
    const accesses = await Promise.all(people.map(({ patientId }) => view.accesses(patientId)));
    const onLedger = accesses.reduce((sum, { noticesRead }) => sum + noticesRead, 0);
    return onLedger === versionsShown(received) ? onLedger : undefined;
  });
  narrator.say(
    `${count} emergency notices came to the hospital straight from the gateway, receipted; each reading is on cloud`,
  );
  return count;
}

/** Record versions whose notice had its content; a stream that was cut has shown some twice. */
function versionsShown(received: readonly ReceivedNotice[]): number {
  const direct = received.filter(({ type }) => type === 'emergency').map(({ data }) => data);
  const withheld = direct
    .map((data) => data['withheld'])
    .find((why) => why !== undefined && why !== NOBODY_ASKED);
  if (withheld !== undefined)
    throw new Error(`An emergency was withheld from the hospital: ${String(withheld)}`);
  const shown = direct.filter((data) => 'bundle' in data);
  return new Set(shown.map((data) => `${String(data['recordId'])}/${String(data['version'])}`)).size;
}
