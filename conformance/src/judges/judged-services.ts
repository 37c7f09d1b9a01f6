import { PATIENTS_MSP } from '@careledger/domain';
import { deviceToken } from '@careledger/examples/device';
import type { ServiceProgram } from '@careledger/network-definition';
import { systemToken, type RunningService } from '@careledger/supervisor';
import { call } from '../fixtures/services/api-client.js';
import { noteBundle } from '../fixtures/services/bundles.js';
import { GatewayFixture, PASSPHRASE, glucose } from '../fixtures/services/gateway-fixture.js';
import { EVERY_ROUTE, type Access, type ServiceName } from '../fixtures/services/routes.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SERVICE_OF = {
  gateway: 'gateway',
  api: 'hospital',
  cloud: 'cloud-a',
} as const satisfies Record<ServiceProgram, ServiceName>;

/** A service that runs, with what those who call it know: a token for each route, and ids that exist. */
export interface JudgedService {
  readonly program: ServiceProgram;
  readonly url: string;
  /** Where its log is. */
  readonly logFile: string;
  /** Bearer token of somebody who may call the route `METHOD /path`; undefined where nobody in particular may. */
  readonly tokenOf: (route: string) => string | undefined;
  /** Ids that exist, by the name of the parameter of the route `METHOD /path` that takes them. */
  readonly idsOf: (route: string) => Ids;
}

type Ids = Readonly<Record<string, string | number>>;

/** One service of each kind on the embedded network, with a patient about whom there is something of everything. */
export class JudgedServices implements AsyncDisposable {
  private constructor(
    readonly gateway: GatewayFixture,
    readonly services: readonly JudgedService[],
  ) {}

  static async start(): Promise<JudgedServices> {
    const gateway = await GatewayFixture.start();
    try {
      return new JudgedServices(gateway, await judgedServices(gateway));
    } catch (error) {
      await gateway[Symbol.asyncDispose]();
      throw error;
    }
  }

  of(program: ServiceProgram): JudgedService {
    const found = this.services.find((service) => service.program === program);
    if (found === undefined) throw new RangeError(`No ${program} runs`);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]();
  }
}

async function judgedServices(fixture: GatewayFixture): Promise<JudgedService[]> {
  const { layers, gateway } = fixture;
  const hospital = layers.authority();
  const patient = await fixture.patient();
  const { patientId } = patient;
  await using device = await fixture.device(patient);
  const windowMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
  for (const minute of [0, 5, 10]) await device.send([glucose(windowMs + minute * MINUTE_MS, 100 + minute)]);
  const { deviceId } = device.device.registration;
  const grant = {
    authorityId: hospital.authorityId,
    permissions: ['read', 'write', 'modify'],
    purposes: ['TREAT'],
  };
  const granted = await fixture.own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
  await fixture.own(patient, 'POST', '/flush');
  const { records } = await fixture.own(patient, 'GET', '/records');
  const [made] = records as { recordId: string }[];

  const asked = { patientId, permissions: ['read'], purposes: ['TREAT'], reason: 'Diabetes ward' };
  const subscription = await ok(hospital, 'practitioner', 'POST /v1/subscriptions', asked);
  const written = await ok(hospital, 'practitioner', 'POST /v1/records', {
    patientId,
    bundle: noteBundle(patientId, 'Feels better'),
  });
  const visit = await ok(hospital, 'practitioner', 'POST /v1/visits', {
    patientId,
    at: new Date(Date.now() - MINUTE_MS).toISOString(),
    data: { reason: 'check-up' },
  });
  await ok(hospital, 'ops', `PUT /v1/patients/${patientId}/numbers`, {
    numbers: [{ type: 'MR', system: 'urn:oid:1.2.3', value: '4711' }],
  });
  const register = (identifier: string) =>
    ok(hospital, 'ops', 'POST /v1/practitioners', { role: 'physician', identity: { identifier } });
  const { practitionerId } = await register('staff-17');

  const common = { patientId, version: 1, code: 'NOT_FOUND' };
  const ids: Readonly<Record<ServiceProgram, Ids>> = {
    gateway: {
      ...common,
      deviceId,
      recordId: made?.recordId ?? '',
      grantId: String(granted['statementId']),
      subscriptionId: String(subscription['subscriptionId']),
    },
    api: {
      ...common,
      recordId: String(written['recordId']),
      subscriptionId: String(subscription['subscriptionId']),
      visitId: String(visit['visitId']),
      practitionerId: String(practitionerId),
    },
    cloud: { ...common, recordId: made?.recordId ?? '' },
  };
  // What ends something ends nothing that other routes are asked for.
  const expendable: Readonly<Record<string, Ids>> = {
    'POST /v1/patients/{patientId}/tokens': { patientId: (await fixture.patient()).patientId },
    'DELETE /v1/practitioners/{practitionerId}': {
      practitionerId: String((await register('staff-18'))['practitionerId']),
    },
  };
  const own = { patient: patient.token, device: deviceToken(device.device) };
  const running: Readonly<Record<ServiceProgram, RunningService>> = {
    gateway,
    api: hospital,
    cloud: layers.provider(),
  };
  return (['gateway', 'api', 'cloud'] as const).map((program) => ({
    program,
    url: running[program].url,
    logFile: `${layers.dir}/logs/${running[program].name}.log`,
    tokenOf: (route) => tokenFor(accessOf(program, route), running[program], own),
    idsOf: (route) => ({ ...ids[program], ...expendable[route] }),
  }));
}

/** Who may call a route, by the table that the suite of roles holds the services to. */
function accessOf(program: ServiceProgram, route: string): Access {
  const found = EVERY_ROUTE.find(
    ({ service, method, path }) => service === SERVICE_OF[program] && `${method} ${path}` === route,
  );
  if (found === undefined) throw new RangeError(`${program} has a route that routes.ts does not: ${route}`);
  return found.access;
}

/** Of a role that may call it; one that is not bound to a patient, where there is one, gets further with ids that nobody has. */
function tokenFor(
  access: Access,
  { tokens }: RunningService,
  own: { readonly patient: string; readonly device: string },
): string | undefined {
  if (access === 'public') return undefined;
  if (access === 'device') return own.device;
  const role = access.find((each) => each !== 'patient' && each !== 'delegate') ?? 'patient';
  if (role === 'patient') return own.patient;
  return role === 'system' ? systemToken(tokens, PATIENTS_MSP) : tokens[role];
}

/** A call that has to succeed. */
async function ok(
  service: RunningService,
  by: 'practitioner' | 'ops',
  request: string,
  body: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await call(service, by, request, body);
  if (answer.status >= 300) throw new Error(`${request}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
