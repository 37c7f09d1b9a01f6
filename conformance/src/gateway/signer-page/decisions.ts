import { eventually } from '@careledger/examples';
import { describe, expect, test } from '@jest/globals';
import { ConsentCommand } from '../../fixtures/signer/consent-command.js';
import { textOf, type ConsentPage } from '../../fixtures/signer/consent-page.js';
import type { GatewayFixture, GatewayPatient } from '../../fixtures/services/gateway-fixture.js';

/** A patient who is registered by the page, knows the hospital, and has a record. */
export interface PageWorld {
  readonly fixture: GatewayFixture;
  readonly consent: ConsentPage;
  readonly patient: GatewayPatient;
  readonly hospitalUrl: string;
  /** Status with which the hospital opens the patient's newest record. */
  readonly opened: () => Promise<number>;
}

const HOSPITAL = 'aut_hospital';
const PHONE_WIDTH_PX = 320;
const A_DAY_MS = 86_400_000;
/** As an `input` of type `datetime-local` takes it. */
const localTime = (ms: number): string =>
  new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** What the page does beyond single grants: policies, delegates, another key. */
export function describePageDecisions(world: () => PageWorld): void {
  describe('the page', () => {
    const openedWith = (status: number) =>
      eventually(`the record opens with ${status}`, async () => {
        const { fixture, patient, opened } = world();
        await fixture.own(patient, 'POST', '/flush');
        return (await opened()) === status || undefined;
      });

    test('sets a standing policy in one go, in the place of the one before, and says which', async () => {
      const { consent } = world();
      const form = consent.form('Set this policy');
      const isSet = (text: string) => consent.page.getByRole('status').filter({ hasText: text }).waitFor();
      await form.getByLabel('nothing:').check();
      expect(await form.getByLabel(HOSPITAL).isDisabled()).toBe(true);
      await form.getByRole('button').click();
      await consent.sign(/I FORBID anybody at ANY authority to read, add to and change ALL my records/);
      await isSet('Your gateway has nothing, version 1: in-force');
      await openedWith(403);
      // What was granted singly stands under the denial; from here on the policies alone count.
      await consent.button('Revoke everything').click();
      await consent.sign(/I end EVERYTHING/);
      await consent.list('Grants').waitFor({ state: 'detached' });
      await form.getByLabel('care-team:').check();
      await form.getByLabel(HOSPITAL).check();
      await form.getByRole('button').click();
      await consent.sign(/I allow anybody at aut_hospital to read and add to ALL/, /I end my grant/);
      await isSet('Your gateway has care-team, version 1: in-force');
      await openedWith(200);
      await form.getByLabel('emergencies-only:').check();
      await form.getByRole('button').click();
      await consent.sign(/I FORBID/, /I end my grant/, /I allow anybody at aut_hospital to read ALL/);
      await isSet('Your gateway has emergencies-only, version 1: in-force');
      await openedWith(403);
      // Once the button is there again.
      await form.getByRole('button').click({ trial: true });
      await form.getByLabel('nothing:').focus();
      await consent.page.keyboard.press('Space');
      await consent.page.keyboard.press('Enter');
      // The dialog takes the keyboard, and its first key signs nothing.
      await consent.page.getByRole('dialog', { name: 'You sign' }).waitFor();
      await consent.page.keyboard.press('Enter');
      await consent.page.keyboard.press('Escape');
      await consent.alerted('Nothing was signed');
      await isSet('emergencies-only, version 1');
      // It makes room for what follows.
      await consent.list('Denials').getByRole('button', { name: 'Revoke' }).click();
      await consent.sign(/I end my grant/);
      await consent.list('Denials').waitFor({ state: 'detached' });
    }, 120_000);

    test('appoints a delegate, tells what it has done in words, and ends it with what it granted', async () => {
      const { consent, fixture, patient, hospitalUrl } = world();
      await using carer = await ConsentCommand.open();
      const { networkId } = fixture.layers.network;
      const card = await carer.print('act-for', patient.patientId, '--network', networkId);
      await consent.page.getByText('Let somebody decide for you').click();
      const form = consent.form('Appoint');
      await form.getByLabel('Its card').setInputFiles(await carer.secret('card', card));
      await form.getByLabel('Its name').fill('Anna');
      await form.getByLabel('grant unasked').check();
      await form.getByLabel('About these records').fill('laboratory, vital-signs');
      await form.getByLabel('with the single measured values').check();
      await form.getByLabel('Until').fill(localTime(Date.now() + 7 * A_DAY_MS));
      await form.getByRole('button', { name: 'Appoint' }).click();
      await consent.page.getByRole('dialog', { name: 'You sign' }).waitFor();
      expect(await consent.fits(PHONE_WIDTH_PX)).toBe(true);
      const downloading = consent.page.waitForEvent('download');
      await consent.sign(
        /I let “Anna” decide .* of category laboratory \(any kind\) or of category vital-signs .*\(with the single measured values\), to/,
      );
      const given = await carer.secret('appointed', (await textOf(await downloading)).trim());
      await carer.reach(fixture.gateway.url, patient.token);
      await carer.print('trust', HOSPITAL, '--from', hospitalUrl);
      await carer.print('appointed', given);
      const delegates = consent.list('Delegates');
      await eventually('the ledgers have the delegation', async () => {
        await consent.look();
        return (await delegates.getByText('(carer, active)').count()) > 0 || undefined;
      });
      expect(await fixture.own(patient, 'GET', '/delegates')).toMatchObject({
        delegates: [{ detail: true }],
      });
      expect(await carer.answer('grant', HOSPITAL, '--detail')).toMatchObject({ status: 'done' });
      await openedWith(200);
      await consent.look();
      const done = consent.list('What Anna has done');
      await done.getByText(`Allowed ${HOSPITAL} to read my records`).waitFor();
      await done.getByText('(with the single measured values)').waitFor();
      await delegates.getByRole('button', { name: 'End, with what it granted' }).click();
      await consent.sign(/What was granted by it ENDS as well/);
      await done.getByText('It has ended.').waitFor();
      await openedWith(403);
      expect(await consent.fits(PHONE_WIDTH_PX)).toBe(true);
    }, 120_000);

    test('makes another key, backs it up before it is used, and the former one decides nothing more', async () => {
      const { consent, fixture, patient } = world();
      await using thief = await ConsentCommand.open();
      await thief.answer('restore', await thief.secret('stolen', (await consent.saved()).trim()));
      await consent.button('Make another key').click();
      await consent.sign(/The key that signs this counts no more\. What I decided with it stands\./);
      const use = consent.button('Use the new key');
      expect(await use.isDisabled()).toBe(true);
      const backup = await consent.saved('Save a backup with the new key');
      await use.click();
      await consent.button('Make another key').waitFor();
      const refused = await thief.print('revoke-all').catch((error: { stderr: string }) => error.stderr);
      expect(refused).toContain('another key has taken the place of yours');
      const path = `/v1/patients/${patient.patientId}/grants/revoke-all`;
      const statement = await thief.print('revoke-all', '--offline');
      const { body } = await fixture.call('POST', path, { statement }, patient.token);
      expect(body).toMatchObject({ code: 'CONSENT_STATEMENT_REFUSED' });
      const grant = consent.form('Grant');
      await grant.getByLabel('Authority').fill(HOSPITAL);
      await grant.getByRole('button').click();
      await consent.sign(/I allow anybody at aut_hospital to read ALL/);
      await openedWith(200);
      // The backup from before it was used ends the same rotation, and then decides.
      await using other = await ConsentCommand.open();
      await other.answer('restore', await other.secret('backup', backup.trim()));
      expect(await other.answer('rotate')).toMatchObject({ status: 'done' });
      expect(await other.answer('revoke-all')).toMatchObject({ status: 'done' });
      await openedWith(403);
    }, 120_000);
  });
}
