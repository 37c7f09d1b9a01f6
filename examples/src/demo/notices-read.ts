import type { ReceivedNotice } from '../client/notice-stream.js';
import { eventually } from '../client/eventually.js';
import type { Cast } from './cast.js';
import type { LedgerView } from './ledger-view.js';

/**
 * Direct emergencies that the hospital was shown: waits until each reading is on channel `cloud` for the patient to see.
 * @throws Error where one was withheld, although every patient has granted the hospital to read
 */
export async function noticesRead(
  { narrator, people }: Cast,
  received: readonly ReceivedNotice[],
  view: LedgerView,
): Promise<number> {
  const direct = received.filter(({ type }) => type === 'emergency');
  const withheld = direct.find(({ data }) => !('bundle' in data));
  if (withheld !== undefined)
    throw new Error(`An emergency was withheld from the hospital: ${String(withheld.data['withheld'])}`);
  await eventually('Every reading of an emergency notice on channel cloud', async () => {
    const accesses = await Promise.all(people.map(({ patientId }) => view.accesses(patientId)));
    const onLedger = accesses.reduce((sum, { noticesRead }) => sum + noticesRead, 0);
    return onLedger === direct.length ? onLedger : undefined;
  });
  narrator.say(
    `${direct.length} emergency notices came to the hospital straight from the gateway, receipted; each reading is on cloud`,
  );
  return direct.length;
}
