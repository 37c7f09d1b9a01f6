import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CopyingHospital, VITAL_TAG, copyFor } from '../../testing/copying-hospital.js';

let copying: CopyingHospital;
beforeEach(async () => {
  copying = await CopyingHospital.open();
});
afterEach(() => copying[Symbol.asyncDispose]());

const tasks = () =>
  copying.hospital.store.all<{ ref: string }>(`SELECT ref FROM outbox WHERE kind = 'copy-end'`);
/** Ends what has ended, as the service does by itself. */
async function ended(): Promise<void> {
  await copying.ending(copying.parts()).round();
}
/** Carries on what is to be told. */
async function told(): Promise<void> {
  for (const { ref } of tasks()) await copying.attester().advance(ref);
}
const onLedger = () => {
  const { grants } = copying.hospital.ledgers.authorities;
  return grants.map(({ grantId, copyEnd }) => [grantId, copyEnd?.left]);
};
const copied = async () => {
  const running = copying.parts();
  await copying.announce(running, { tagGroups: [[VITAL_TAG]] });
  await running.intake.round();
  return running;
};

describe('that a copy is destroyed', () => {
  test('is told to the ledger once its key is gone, and once only', async () => {
    await copied();
    await ended();
    expect(tasks()).toEqual([]);
    await copying.revoked();
    const files = copying.filesOf();
    await ended();
    expect(copying.parts().copies.keys.patientIds()).toEqual([]);
    expect(copying.filesOf()).not.toEqual(files);
    expect(tasks()).toHaveLength(1);
    await told();
    expect(onLedger()).toEqual([[copying.grant.grantId, 'nothing']]);
    await ended();
    expect(tasks()).toEqual([]);
  });

  test('is told by a service that was killed after the destruction, and by one restored from before its word', async () => {
    const { copies } = await copied();
    await copying.revoked();
    await copying.hospital.store.commit(() => copies.destroy(copying.patient.patientId));
    await ended();
    await told();
    expect(onLedger()).toEqual([[copying.grant.grantId, 'nothing']]);
    await copying.hospital.mirrored(copying.patient.patientId);
    await copying.hospital.store.commit(() => copying.hospital.store.run('DELETE FROM copy_ends'));
    await ended();
    expect(tasks()).toEqual([]);
  });

  test('is told of a grant whose time is over, of which nothing was ever copied', async () => {
    for (const ledger of Object.values(copying.hospital.ledgers)) ledger.grants = [];
    const until = new Date(copying.hospital.nowMs + 1_000).toISOString();
    copying.grant = { ...copying.grant, until };
    await copying.hospital.granted(copying.patient.state, copying.grant);
    await ended();
    expect(tasks()).toEqual([]);
    copying.hospital.nowMs += 1_000;
    await ended();
    await told();
    expect(onLedger()).toEqual([[copying.grant.grantId, 'nothing']]);
  });

  test('is told anew where a clock that was wrong has said when', async () => {
    await copied();
    await copying.revoked();
    const { nowMs } = copying.hospital;
    copying.hospital.nowMs = nowMs - 400 * 24 * 60 * 60_000;
    await copying.hospital.store.commit(() =>
      copying
        .attester()
        .add({ patientId: copying.patient.patientId, grantId: copying.grant.grantId }, 'nothing'),
    );
    copying.hospital.nowMs = nowMs;
    await expect(told()).rejects.toMatchObject({ code: 'COPY_END_TIME_INVALID' });
    await told();
    const [grant] = copying.hospital.ledgers.authorities.grants;
    expect(grant?.copyEnd).toMatchObject({ left: 'nothing', destroyedAt: new Date(nowMs).toISOString() });
  });

  test('leaves what another grant lets be kept, and says so', async () => {
    const running = await copied();
    const other = copying.patient.grant({ grantId: `${'o'.repeat(21)}A`, copy: copyFor('ward-5', 5).copy });
    await copying.hospital.granted(copying.patient.state, other);
    await copying.revoked();
    await ended();
    await told();
    expect(running.copies.count(copying.patient.patientId)).toBe(1);
    expect(onLedger()).toEqual(
      expect.arrayContaining([
        [copying.grant.grantId, 'of-other-grants'],
        [other.grantId, undefined],
      ]),
    );
  });

  test('is told again while the ledger has not heard of the end', async () => {
    await copied();
    await copying.revoked();
    await ended();
    const { authorities } = copying.hospital.ledgers;
    const { grants } = authorities;
    authorities.grants = [copying.grant];
    await expect(told()).rejects.toMatchObject({ code: 'COPY_NOT_ENDED' });
    authorities.grants = grants;
    await told();
    expect(onLedger()).toEqual([[copying.grant.grantId, 'nothing']]);
    expect(tasks()).toEqual([]);
  });

  test('is told by the key in force', async () => {
    await copied();
    await copying.revoked();
    await ended();
    const [before] = copying.hospital.store.all<{ statement: string }>('SELECT statement FROM copy_ends');
    await copying.restart();
    const { authorities } = copying.hospital.ledgers;
    await copying.revoked();
    let tries = 0;
    const take = authorities.channel();
    const channel = {
      ...take,
      submit: (async (...args: Parameters<typeof take.submit>) => {
        tries += 1;
        if (tries === 1) throw copying.refusedWith('STATEMENT_KEY_UNKNOWN');
        return take.submit(...args);
      }) as typeof take.submit,
    };
    const attester = copying.attester(channel);
    while (tasks()[0] !== undefined) await attester.advance(tasks()[0]?.ref ?? '');
    expect(onLedger()).toEqual([[copying.grant.grantId, 'nothing']]);
    expect(authorities.grants[0]?.copyEnd?.statement).not.toBe(before?.statement);
  });
});
