import { join } from 'node:path';
import { accessControl } from '@careledger/contracts';
import { PATIENTS_MSP } from '@careledger/domain';
import { DeviceSession, pairDevice } from '@careledger/examples/device';
import type { TrustRoots } from '@careledger/private-chain';
import {
  localConfig,
  newRoleTokens,
  registerOrganisation,
  runningService,
  servicePlan,
  startService,
  type LocalService,
  type RunningService,
  type ServicePlan,
} from '@careledger/supervisor';
import { LayersRig, type LayersRigOptions } from '../rig/layers-rig.js';

export const PASSPHRASE = 'a long passphrase for tests';
export const GATEWAY_ID = 'gateway-test';
/** An organisation whose services have a token of their own at the gateway. */
export const OTHER_MSP = 'HospitalMSP';
const GLUCOSE = '2339-0';

/** An answer of the gateway's HTTP API. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A patient of the gateway with the token that it gave. */
export interface RigPatient {
  readonly patientId: string;
  readonly token: string;
}

/** All three layers as processes: the gateway on top of providers, authorities and the embedded network. */
export class GatewayRig implements AsyncDisposable {
  private constructor(
    readonly layers: LayersRig,
    readonly gateway: RunningService,
    readonly plan: ServicePlan,
  ) {}

  static async start(
    options: LayersRigOptions & { gateway?: Record<string, unknown> } = {},
  ): Promise<GatewayRig> {
    const layers = await LayersRig.start(options);
    try {
      const { network, dir, services, processes } = layers;
      const service = gatewayOf(services);
      const plan = servicePlan(service, {
        ...localConfig(service, { network, dir, services }),
        scryptLogN: 10,
        ...options.gateway,
      });
      await registerOrganisation(plan, join(dir, 'config'), network.identity(PATIENTS_MSP, 'admin'));
      await startService(processes, plan, join(dir, 'config'), join(dir, 'logs'));
      return new GatewayRig(layers, runningService(service), plan);
    } catch (error) {
      await layers[Symbol.asyncDispose]();
      throw error;
    }
  }

  async call(method: string, path: string, body?: unknown, token = this.gateway.tokens.ops): Promise<Answer> {
    const response = await fetch(new URL(path, this.gateway.url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
  }

  /** A call that has to succeed. */
  async ok(method: string, path: string, body?: unknown, token?: string): Promise<Answer['body']> {
    const answer = await this.call(method, path, body, token);
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async patient(): Promise<RigPatient> {
    const { patientId, token } = await this.ok('POST', '/v1/patients', { passphrase: PASSPHRASE });
    return { patientId: patientId as string, token: token as string };
  }

  /** A call of the patient's own. */
  own(
    { patientId, token }: RigPatient,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answer['body']> {
    return this.ok(method, `/v1/patients/${patientId}${path}`, body, token);
  }

  /** Pairs a real device and connects it over MQTT. */
  async device(patient: RigPatient, codes: readonly string[] = [GLUCOSE]): Promise<DeviceSession> {
    const { pairingCode } = await this.own(patient, 'POST', '/pairing-codes');
    const device = await pairDevice({
      gatewayUrl: this.gateway.url,
      gatewayId: GATEWAY_ID,
      pairingCode: pairingCode as string,
      type: 'continuous-glucose-monitor',
      codes: [...codes],
    });
    return DeviceSession.open(device);
  }

  /** What a verifier who trusts these organisations' attestors believes: as many of them as are registered. */
  async trustRoots(): Promise<TrustRoots> {
    const { attestors } = await this.layers.patientsLedger
      .channel('authorities')
      .evaluate(accessControl, 'ListAttestors', {});
    const keys: Record<string, string[]> = {};
    for (const { mspId, key } of attestors) (keys[mspId] ??= []).push(key);
    return {
      v: 1,
      kind: 'careledger.trust-roots',
      network: this.layers.network.networkId,
      production: false,
      attestors: keys,
      threshold: Object.keys(keys).length,
      channel: 'authorities',
      chaincode: 'records',
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.layers[Symbol.asyncDispose]();
  }
}

/** The gateway, where another organisation's services have a token too. */
function gatewayOf(services: readonly LocalService[]): LocalService {
  const service = services.find(({ program }) => program === 'gateway');
  if (service === undefined) throw new RangeError('There is no gateway');
  return { ...service, name: GATEWAY_ID, tokens: newRoleTokens([PATIENTS_MSP, OTHER_MSP]) };
}

/** A glucose reading as a device sends it. */
export const glucose = (timeMs: number, value: number) => ({
  t: new Date(timeMs).toISOString(),
  code: GLUCOSE,
  value,
  unit: 'mg/dL',
});
