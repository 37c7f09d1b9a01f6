import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { accessControl } from '@careledger/contracts';
import { DeviceSession, pairDevice } from '@careledger/examples/device';
import type { TrustRoots } from '@careledger/private-chain';
import {
  PATIENTS_MSP,
  freePorts,
  newRoleTokens,
  registerOrganisation,
  roleEntries,
  startService,
  systemToken,
  type RunningService,
  type ServicePlan,
} from '@careledger/supervisor';
import { LayersRig, type LayersRigOptions } from '../rig/layers-rig.js';

export const PASSPHRASE = 'a long passphrase for tests';
export const GATEWAY_ID = 'gateway-test';
/** An organisation whose services have a token of their own at the gateway. */
export const OTHER_MSP = 'HospitalMSP';
const GLUCOSE = '2339-0';

/** An answer of the gateway's HTTP door. */
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
      const { network, dir, providers, authorities } = layers;
      const [httpPort = 0, mqttPort = 0] = await freePorts(2);
      const tokens = newRoleTokens([PATIENTS_MSP, OTHER_MSP]);
      const plan: ServicePlan = {
        name: 'gateway',
        launcher: 'gateway-service/bin/careledger-gateway.js',
        config: {
          networkId: network.networkId,
          gatewayId: GATEWAY_ID,
          dataDir: join(dir, 'gateway'),
          keyPassphrase: randomBytes(18).toString('base64url'),
          scryptLogN: 10,
          http: { host: '127.0.0.1', port: httpPort },
          mqtt: { host: '127.0.0.1', port: mqttPort },
          auth: { tokens: roleEntries(tokens, PATIENTS_MSP) },
          ledger: {
            connectionFile: network.connectionFile,
            mspId: PATIENTS_MSP,
            ...network.identity(PATIENTS_MSP, 'gateway'),
          },
          providers: Object.values(providers).map((provider) => ({
            providerId: provider.providerId,
            url: provider.url,
            token: systemToken(provider.tokens, PATIENTS_MSP),
          })),
          authorities: Object.values(authorities).map((authority) => ({
            authorityId: authority.authorityId,
            token: systemToken(authority.tokens, PATIENTS_MSP),
          })),
          ...options.gateway,
        },
      };
      await registerOrganisation(plan, join(dir, 'config'), network.identity(PATIENTS_MSP, 'admin'));
      await startService(layers.family, plan, join(dir, 'config'), join(dir, 'logs'));
      return new GatewayRig(layers, { name: 'gateway', url: `http://127.0.0.1:${httpPort}`, tokens }, plan);
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

/** A glucose reading as a device sends it. */
export const glucose = (timeMs: number, value: number) => ({
  t: new Date(timeMs).toISOString(),
  code: GLUCOSE,
  value,
  unit: 'mg/dL',
});
