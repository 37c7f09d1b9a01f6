import type { AccessState } from '@careledger/contracts';
import { expect, test } from '@jest/globals';
import { Arrivals } from './arrivals.js';

const access = { txId: 'tx', requester: 'aut_a', requestSid: 'sid', policyVersion: 1 } as AccessState;
const named = (permitTxId: string, requestSid = 'sid') => ({ permitTxId, requester: 'aut_a', requestSid });
const instant = (seconds: number) => ({ wallMs: seconds * 1_000, monotonicMs: seconds * 1_000 });

test('a permit that comes while its release waits is found, and one that never comes ends the wait', async () => {
  const arrivals = new Arrivals(() => instant(0));
  const waiting = [arrivals.waitFor(named('tx')), arrivals.waitFor(named('tx'))];
  arrivals.note({ access, at: instant(0) });
  expect(await Promise.all(waiting)).toEqual([
    { access, at: instant(0) },
    { access, at: instant(0) },
  ]);
  expect(await arrivals.waitFor(named('tx', 'another'), 1)).toBeUndefined();
});

test('a permit that is told of again keeps the time at which it came', () => {
  const arrivals = new Arrivals(() => instant(10));
  arrivals.note({ access, at: instant(0) });
  arrivals.note({ access, at: instant(10) });
  expect(arrivals.known(named('tx'))?.at).toEqual(instant(0));
});

test('arrivals are forgotten once no permit of their time can be used', () => {
  let nowS = 0;
  const arrivals = new Arrivals(() => instant(nowS));
  arrivals.note({ access, at: instant(0) });
  nowS = 121;
  arrivals.note({ access: { ...access, txId: 'later' }, at: instant(nowS) });
  expect([arrivals.known(named('tx')), arrivals.known(named('later'))?.at]).toEqual([
    undefined,
    instant(121),
  ]);
});
