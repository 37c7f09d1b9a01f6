import { TestPatient, publicKeyOf } from '@careledger/chaincode-runtime/testing';
import { PASSPHRASE } from '../../fixtures/services/gateway-fixture.js';
import { answersOf } from '../attempt.js';
import { kind, type HttpKind } from './http-attempt.js';
import type { Belongings, HttpFixture } from './http-fixture.js';

/** A call of the attacker's own routes, about something of another patient. */
const own =
  (method: string, pathOf: (victim: Belongings) => string, body?: object) =>
  async (fixture: HttpFixture): Promise<string> => {
    const { patientId, token } = await fixture.attacker();
    const path = `/v1/patients/${patientId}${pathOf(await fixture.victim())}`;
    return fixture.send({ service: 'gateway', method, path, token, ...(body && { body }) });
  };
const passphrase = PASSPHRASE;
/** Of which no organisation has said anything. */
const RECOVERY = `${'r'.repeat(21)}A`;

/** A statement that the attacker's gateway is to take as the attacker's: another patient's, or by another key. */
const statement =
  (
    path: string,
    sign: (signer: TestPatient) => string,
    method = 'POST',
    bodyOf = (signed: string): object => ({ statement: signed }),
  ) =>
  async (fixture: HttpFixture): Promise<string> => {
    const { patientId, token } = await fixture.attacker();
    const stranger = new TestPatient(fixture.gateway.layers.network.networkId, Math.floor(Date.now() / 1000));
    const call = {
      service: 'gateway' as const,
      method,
      path: `/v1/patients/${patientId}${path}`,
      token,
    };
    return answersOf([
      await fixture.send({ ...call, body: bodyOf(sign(stranger)) }),
      await fixture.send({ ...call, body: bodyOf(sign(Object.assign(stranger, { id: patientId }))) }),
    ]);
  };

/** What a patient, or the holder of a patient's token, tries at the gateway. */
export const gatewayAttempts: readonly HttpKind[] = [
  kind({
    id: 'foreign-device',
    role: 'patient',
    what: 'acts on another patient’s device as on its own',
    answer: 'DEVICE_NOT_FOUND',
    tries: {
      suspend: own('POST', ({ deviceId }) => `/devices/${deviceId}/suspend`),
      resume: own('POST', ({ deviceId }) => `/devices/${deviceId}/resume`),
      revoke: own('POST', ({ deviceId }) => `/devices/${deviceId}/revoke`),
      're-pair': own('POST', ({ deviceId }) => `/devices/${deviceId}/re-pair`),
    },
  }),
  kind({
    id: 'foreign-proof',
    role: 'patient',
    what: 'has a reading of another patient’s device proved',
    answer: 'NOT_FOUND',
    tries: {
      proofs: own('GET', ({ deviceId }) => `/proofs?deviceId=${deviceId}&seq=0`),
    },
  }),
  kind({
    id: 'foreign-record',
    role: 'patient',
    what: 'opens another patient’s record as its own',
    answer: 'RECORD_NOT_FOUND',
    tries: {
      records: own('GET', ({ recordId }) => `/records/${recordId}`),
    },
  }),
  kind({
    id: 'foreign-grant-http',
    role: 'patient',
    what: 'revokes another patient’s grant as its own',
    answer: 'GRANT_NOT_FOUND',
    tries: {
      revoke: own('POST', ({ grantId }) => `/grants/${grantId}/revoke`, { passphrase }),
    },
  }),
  kind({
    id: 'foreign-subscription-http',
    role: 'patient',
    what: 'answers a request for a subscription that was made to another patient',
    answer: 'SUBSCRIPTION_NOT_FOUND',
    tries: {
      approve: own('POST', ({ subscriptionId }) => `/subscriptions/${subscriptionId}/approve`, {
        passphrase,
      }),
      reject: own('POST', ({ subscriptionId }) => `/subscriptions/${subscriptionId}/reject`, { passphrase }),
    },
  }),
  kind({
    id: 'foreign-consent',
    role: 'patient',
    what: 'has the gateway take consent that another patient has signed, or another key in its own name',
    answer: 'CONSENT_STATEMENT_REFUSED',
    tries: {
      grants: statement('/grants', (by) => by.grant('aut_hospital')),
      denials: statement('/denials', (by) => by.grant('aut_hospital', { effect: 'deny' })),
      'revoke-all': statement('/grants/revoke-all', (by) => by.revokeAll()),
      'standing-policy': statement(
        '/standing-policy',
        (by) => by.grant('aut_hospital'),
        'PUT',
        (each) => ({
          ...{ name: 'care-team', version: 1, statements: [each] },
        }),
      ),
      'keys/rotate': statement('/keys/rotate', (by) => {
        const newKeyProof = by.proofOf(by.gateway);
        const body = { use: 'consent' as const, newKey: publicKeyOf(by.gateway), newKeyProof };
        return by.sign('rotatePatientKey', body, by.consent);
      }),
      'recoveries/object': statement(`/recoveries/${RECOVERY}/object`, (by) =>
        by.sign('objectToRecovery', { recoveryId: RECOVERY }, by.consent),
      ),
      'recoveries/take-over': statement(`/recoveries/${RECOVERY}/take-over`, (by) =>
        by.sign('takeOver', { recoveryId: RECOVERY, newKey: publicKeyOf(by.consent) }, by.consent),
      ),
      'check-in': statement('/check-in', (by) =>
        by.sign('checkIn', { authorityId: 'aut_hospital', at: new Date().toISOString() }, by.consent),
      ),
    },
  }),
  kind({
    id: 'foreign-settings',
    role: 'patient',
    what: 'has the gateway take settings that another patient has signed, or another key in its own name',
    answer: 'SETTINGS_STATEMENT_REFUSED',
    tries: {
      settings: statement(
        '/settings',
        (by) => {
          const settings = { glucose: { veryLowMgPerDl: 60 } };
          const body = { patientId: by.id, version: 1, previous: null, settings };
          return by.sign('settings', body, by.consent);
        },
        'PUT',
      ),
    },
  }),
  kind({
    id: 'loosened-settings',
    role: 'patient',
    what: 'loosens limits that only a practitioner loosens',
    answer: 'SETTINGS_LOOSENED',
    tries: {
      settings: async (fixture) => {
        const { patientId, token } = await fixture.attacker();
        const path = `/v1/patients/${patientId}/settings`;
        const settings = { glucose: { veryLowMgPerDl: 45 } };
        return fixture.send({
          service: 'gateway',
          method: 'PUT',
          path,
          token,
          body: { settings, passphrase },
        });
      },
    },
  }),
  kind({
    id: 'wrong-passphrase',
    role: 'thief',
    what: 'decides for a patient with a stolen token and a guessed passphrase',
    answer: 'CONSENT_KEY_LOCKED, PASSPHRASE_BACKOFF',
    tries: {
      'grants, check-in, revoke-all, keys/rotate': async (fixture) => {
        const { patientId, token } = await fixture.gateway.patient();
        const guess = { passphrase: 'a guess of a passphrase' };
        const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] };
        const send = (path: string, body: object) =>
          fixture.send({
            service: 'gateway',
            method: 'POST',
            path: `/v1/patients/${patientId}${path}`,
            token,
            body,
          });
        const answers = [];
        for (let guesses = 0; guesses < 2; guesses += 1)
          answers.push(
            await send('/grants', { grant, ...guess }),
            await send('/check-in', { authorityId: 'aut_hospital', ...guess }),
            await send('/grants/revoke-all', guess),
            await send('/keys/rotate', guess),
          );
        return answersOf(answers);
      },
    },
  }),
];
