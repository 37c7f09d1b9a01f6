import { newSigner, publicKeyOf } from '@careledger/chaincode-runtime/testing';
import { readStatement } from '@careledger/statements';
import { call } from '../fixtures/services/api-client.js';
import { emergencyRecord, noteBundle } from '../fixtures/services/bundles.js';
import { PASSPHRASE } from '../fixtures/services/gateway-fixture.js';
import { granted } from '../fixtures/services/granted.js';
import { anchorTxId, type GatewayWorld } from './gateway-requests.js';
import type { Repeatable, Repeatables } from './repeated.js';

/** Statements of emergencies are longer than others, in characters. */
const NOTICE_MAX_CHARS = 65_536;

type Asked = Pick<Repeatable, 'path' | 'otherBody' | 'body' | 'count'>;

const by = ({ fixture }: GatewayWorld, role: 'ops' | 'practitioner', asked: Asked): Repeatable => {
  const hospital = fixture.layers.authority();
  return { service: hospital, token: String(hospital.tokens[role]), ...asked };
};

/** What a call of the hospital's answers. */
const asked = async (
  { fixture }: GatewayWorld,
  role: 'ops' | 'practitioner',
  request: string,
  body?: object,
) => (await call(fixture.layers.authority(), role, request, body)).body;

/** How many rows a list has, all on one page. */
const countOf =
  (world: GatewayWorld, role: 'ops' | 'practitioner', list: string, name = list) =>
  async () => {
    const separator = list.includes('?') ? '&' : '?';
    return ((await asked(world, role, `GET /v1/${list}${separator}limit=100`))[name] as unknown[]).length;
  };

const record = ({ patient: { patientId } }: GatewayWorld, text: string) => ({
  patientId,
  bundle: noteBundle(patientId, text),
});
const written = async (world: GatewayWorld): Promise<string> =>
  String((await asked(world, 'practitioner', 'POST /v1/records', record(world, 'Feels ill')))['recordId']);
const secondsAgo = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();
const practitioner = (identifier: string) => ({ role: 'physician', identity: { identifier } });

/** Each route of an authority that takes a key. */
export const AUTHORITY_REQUESTS: Repeatables<GatewayWorld> = {
  'POST /v1/attestations': async (world) => {
    const body = { channel: 'authorities', txId: await anchorTxId(world) };
    return by(world, 'ops', { path: '/v1/attestations', body, otherBody: { ...body, txId: '0'.repeat(64) } });
  },
  'POST /v1/practitioners': async (world) =>
    by(world, 'ops', {
      ...{ path: '/v1/practitioners', count: countOf(world, 'ops', 'practitioners') },
      ...{ body: practitioner('staff-1'), otherBody: practitioner('staff-2') },
    }),
  'POST /v1/subscriptions': async (world) => {
    const { patientId } = world.patient;
    const body = { patientId, permissions: ['read'], purposes: ['TREAT'] };
    return by(world, 'practitioner', {
      ...{ path: '/v1/subscriptions', body, otherBody: { ...body, permissions: ['write'] } },
      count: countOf(world, 'practitioner', `subscriptions?patientId=${patientId}`, 'subscriptions'),
    });
  },
  'POST /v1/emergency-notices/{noticeSid}/acknowledgement': async (world) => {
    const { layers } = world.fixture;
    const home = await layers.home();
    await granted(layers, home);
    const notice = await home.emergencyNotice(
      'aut_hospital',
      home.seal({ kind: 'emergency', bundle: emergencyRecord(home.patientId) }),
    );
    await call(layers.authority(), 'system', 'POST /v1/emergency-notices', notice);
    const { sid } = readStatement(notice.statement, { maxChars: NOTICE_MAX_CHARS }).payload;
    const { practitionerId } = await asked(world, 'ops', 'POST /v1/practitioners', practitioner('staff-4'));
    const body = { patientId: home.patientId, purpose: 'TREAT', practitionerId };
    return by(world, 'practitioner', {
      path: `/v1/emergency-notices/${sid}/acknowledgement`,
      ...{ body, otherBody: { ...body, purpose: 'ETREAT' } },
    });
  },
  'POST /v1/records': async (world) =>
    by(world, 'practitioner', {
      ...{ path: '/v1/records', body: record(world, 'Feels better'), otherBody: record(world, 'Feels well') },
      count: countOf(world, 'practitioner', `records?patientId=${world.patient.patientId}`, 'records'),
    }),
  'PUT /v1/records/{recordId}': async (world) =>
    by(world, 'practitioner', {
      path: `/v1/records/${await written(world)}`,
      ...{ body: record(world, 'Feels better'), otherBody: record(world, 'Feels well') },
    }),
  'POST /v1/visits': async (world) => {
    const { patientId } = world.patient;
    const body = { patientId, at: secondsAgo(60), data: { reason: 'check-up' } };
    return by(world, 'practitioner', {
      ...{ path: '/v1/visits', body, otherBody: { ...body, data: { reason: 'alarm' } } },
      count: countOf(world, 'practitioner', `visits?patientId=${patientId}`, 'visits'),
    });
  },
  'POST /v1/revocations': async (world) => {
    const { fixture, patient } = world;
    const sign = async () =>
      (await fixture.own(patient, 'POST', '/revocations', { passphrase: PASSPHRASE }))['statement'];
    return by(world, 'practitioner', {
      path: '/v1/revocations',
      ...{ body: { statement: await sign() }, otherBody: { statement: await sign() } },
    });
  },
  'POST /v1/recoveries': async ({ fixture, ...world }) => {
    const home = await fixture.layers.home();
    const next = newSigner();
    const body = {
      ...{ patientId: home.patientId, reason: 'lost', newKey: publicKeyOf(next) },
      newKeyProof: home.patient.proofOf(next),
    };
    return by({ fixture, ...world }, 'ops', {
      ...{ path: '/v1/recoveries', body, otherBody: { ...body, reason: 'untrusted' } },
    });
  },
  'POST /v1/settings-statements': async (world) => {
    const { patientId } = world.patient;
    const { practitionerId } = await asked(world, 'ops', 'POST /v1/practitioners', practitioner('staff-3'));
    const body = {
      ...{ patientId, version: 1, previous: null, practitionerId },
      settings: { news2: { spo2Scale: 2 } },
    };
    return by(world, 'practitioner', {
      ...{ path: '/v1/settings-statements', body },
      otherBody: { ...body, settings: { news2: { spo2Scale: 1 } } },
    });
  },
};
