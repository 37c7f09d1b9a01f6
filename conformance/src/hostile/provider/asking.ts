import { PROVIDER_ROUTES } from '@careledger/protocol';
import { gatewayOf } from '../../fixtures/providers/made-version.js';
import { NO_EFFECT, THROUGH } from '../attempt.js';
import { codeOf } from './provider-fixture.js';
import { MISMATCH, asEach, kind, version, type ProviderKind } from './provider-kind.js';

/** Asking for records, and for more of them than was granted. */
export const ASKING_ATTEMPTS: readonly ProviderKind[] = [
  kind({
    id: 'asks-for-another',
    role: 'operator',
    what: 'asks for a record with a request that another one signed',
    answer: MISMATCH,
    tries: {
      access: async (fixture) => {
        const { made } = await fixture.granted();
        const statement = fixture.cloud.accessRequest(made, 'prv_cloud-a');
        return asEach(['LabMSP', 'PatientsMSP', 'CloudBMSP'], (as) =>
          fixture.post(as, PROVIDER_ROUTES.access, { statements: [statement] }),
        );
      },
    },
  }),
  kind({
    id: 'asks-elsewhere',
    role: 'provider',
    what: 'takes a request that names another provider as its relay',
    answer: 'ACCESS_REFUSED (RELAY_MISMATCH)',
    tries: {
      access: async (fixture) => {
        const { made } = await fixture.granted();
        const statement = fixture.cloud.accessRequest(made, 'prv_cloud-b');
        return codeOf(fixture.post('HospitalMSP', PROVIDER_ROUTES.access, { statements: [statement] }));
      },
    },
  }),
  kind({
    id: 'asks-ungranted',
    role: 'authority',
    what: 'asks a provider for a record without a grant',
    answer: 'ACCESS_DENIED (NO_GRANT)',
    tries: {
      access: async (fixture) => {
        const { made } = await version(fixture);
        await fixture.cloud.store(made);
        return codeOf(fixture.cloud.request(made, fixture.cloud.providers.a));
      },
    },
  }),
  kind({
    id: 'break-glass-by-grant',
    role: 'authority',
    what: 'gets the wrap that is for breaking the glass under a grant',
    answer: NO_EFFECT,
    tries: {
      access: async (fixture) => {
        const patient = await fixture.cloud.newPatient();
        await fixture.cloud.decree('Grant', patient.grant('aut_hospital'));
        const plan = { recipients: [patient.id], breakGlassTo: ['aut_hospital'] };
        const made = await fixture.cloud.version(patient.id, gatewayOf(patient), plan);
        await fixture.cloud.store(made);
        const { record } = await fixture.cloud.request(made, fixture.cloud.providers.a);
        return record.wrap === null ? NO_EFFECT : THROUGH;
      },
    },
  }),
  kind({
    id: 'others-wraps-in-release',
    role: 'authority',
    what: 'finds the wraps of other recipients in what it is released',
    answer: NO_EFFECT,
    tries: {
      access: async (fixture) => {
        const { patient, made } = await fixture.granted();
        const { record } = await fixture.cloud.request(made, fixture.cloud.providers.a);
        const own = await fixture.cloud.kidOf('aut_hospital');
        const others = made.wraps.filter(({ kid }) => kid !== own);
        const text = JSON.stringify(record);
        const found = others.some(({ jwe }) => text.includes(jwe));
        return found || others.length === 0 ? `${THROUGH}, ${patient.id}` : NO_EFFECT;
      },
    },
  }),
];
