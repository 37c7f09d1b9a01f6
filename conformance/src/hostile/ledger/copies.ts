import type { StatementBody } from '@careledger/contracts';
import { newHash } from '@careledger/records-chaincode/testing';
import { endedCopy } from './drafts.js';
import { kind, type LedgerKind } from './ledger-attempt.js';
import type { LedgerFixture } from './ledger-fixture.js';

const DAY_MS = 24 * 60 * 60_000;

const dayAfter = (fixture: LedgerFixture, days: number): string =>
  new Date(Date.parse(fixture.time()) + days * DAY_MS).toISOString().slice(0, 10);

/** The hospital anchors a day of its log. */
const anchorDay = (fixture: LedgerFixture, day: string) => {
  const { hospital } = fixture;
  const statement = hospital.sign('anchorReadings', { day, hash: newHash() }, hospital.signer);
  return fixture.send('hospital client', 'AnchorReadings', { statement });
};

/** The hospital says when it has destroyed the copy of a grant that has ended now. */
async function attest(fixture: LedgerFixture, afterMs: number) {
  const { hospital } = fixture;
  const patient = await fixture.patient();
  const body: StatementBody<'attestCopyEnd'> = {
    ...{ patientId: patient.id, grantId: await endedCopy(fixture, patient), left: 'nothing' },
    destroyedAt: new Date(Date.parse(fixture.time()) + afterMs).toISOString(),
  };
  const statement = hospital.sign('attestCopyEnd', body, hospital.signer);
  return fixture.send('hospital client', 'AttestCopyEnd', { statement });
}

/** What authorities say of the copies that they keep. */
export const copies: readonly LedgerKind[] = [
  kind({
    id: 'log-of-today',
    role: 'authority',
    what: 'anchors a day of its log of readings that goes on, or that there is not: what is read then is in no anchor',
    answer: 'READINGS_NOT_OVER',
    tries: {
      today: (fixture) => anchorDay(fixture, dayAfter(fixture, 0)),
      tomorrow: (fixture) => anchorDay(fixture, dayAfter(fixture, 1)),
      'no day of the calendar': (fixture) => anchorDay(fixture, '2001-02-30'),
    },
  }),
  kind({
    id: 'copy-end-at-another-time',
    role: 'authority',
    what: 'says that it destroyed a copy before the grant had ended, or after it says so',
    answer: 'COPY_END_TIME_INVALID',
    tries: {
      before: (fixture) => attest(fixture, -DAY_MS),
      after: (fixture) => attest(fixture, DAY_MS),
    },
  }),
];
