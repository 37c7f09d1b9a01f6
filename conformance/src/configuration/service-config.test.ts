import { randomBytes } from 'node:crypto';
import { ApiConfig } from '@careledger/api';
import { CloudConfig } from '@careledger/cloud-service';
import { GatewayConfig } from '@careledger/gateway-service';
import { IdentityConfig } from '@careledger/identity';
import {
  callersOf,
  identityConfig,
  loadNetworkDefinition,
  planNetwork,
  serviceConfig,
  servicesOf,
  type NetworkPlan,
  type ProfileName,
  type RunnerName,
  type ServiceNode,
  type ServiceProgram,
  type ServiceSetting,
  type ServiceToken,
} from '@careledger/network-definition';
import { expect, test } from '@jest/globals';
import type { TObject } from 'typebox';
import { Value } from 'typebox/value';

const SCHEMAS: Readonly<Record<ServiceProgram, TObject>> = {
  gateway: GatewayConfig,
  cloud: CloudConfig,
  api: ApiConfig,
};
const newToken = (): string => randomBytes(24).toString('base64url');

/** With its password, which the environment gives. */
const broker = {
  url: 'mqtts://broker:8884',
  username: 'gateway',
  password: newToken(),
  certificates: { authorityCertFile: 'a.pem', authorityKeyFile: 'a.key', revocationsDir: 'revocations' },
};
const setting: ServiceSetting = {
  listenHost: '0.0.0.0',
  tls: { certFile: 'tls/cert.pem', keyFile: 'tls/key.pem' },
  connectionFile: 'connection.json',
  identity: { certificateFile: 'cert.pem', privateKeyFile: 'key.pem' },
  dataDir: 'store',
  keyPassphrase: newToken(),
  broker,
};

/** Draws every token once. */
function drawTokens(services: readonly ServiceNode[]): (service: ServiceNode) => readonly ServiceToken[] {
  const drawn = new Map(
    services.map((service): [string, ServiceToken[]] => {
      const { mspId } = service;
      const people = (['ops', 'practitioner', 'auditor'] as const).map((role) => ({ role, mspId }));
      const callers = callersOf(service, services).map((caller) => ({
        role: 'system' as const,
        mspId: caller.mspId,
        name: caller.id,
      }));
      return [service.id, [...people, ...callers].map((holder) => ({ ...holder, token: newToken() }))];
    }),
  );
  return ({ id }) => drawn.get(id) ?? [];
}

/** What the schema of a service's own program says against its configuration. */
function faultsOf(service: ServiceNode, plan: NetworkPlan, services: readonly ServiceNode[]): string[] {
  const tokensAt = drawTokens(services);
  const config = serviceConfig(service, { plan, networkId: plan.network, services, tokensAt, setting });
  const schema = SCHEMAS[service.program];
  const complete = Value.Default(schema, structuredClone(config));
  return Value.Errors(schema, complete).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const EVERY_NETWORK: readonly [ProfileName, RunnerName][] = [
  ['full', 'native'],
  ['full', 'compose'],
  ['small', 'native'],
  ['small', 'compose'],
];

test.each(EVERY_NETWORK)(
  'every service of profile %s, run by %s, takes its configuration',
  (profile, runner) => {
    const plan = planNetwork(loadNetworkDefinition(), { profile, runner });
    const services = servicesOf(plan);
    expect(services).toHaveLength(plan.organizations.length);
    expect(services.flatMap((service) => faultsOf(service, plan, services))).toEqual([]);
  },
);

test.each(EVERY_NETWORK)(
  'OpenID providers of profile %s, run by %s, take their configuration, and each api trusts its own one alone',
  (profile, runner) => {
    const plan = planNetwork(loadNetworkDefinition(), { profile, runner });
    const services = servicesOf(plan);
    const apis = services.filter(({ program }) => program === 'api');
    expect(plan.identities.map(({ mspId }) => mspId)).toEqual(apis.map(({ mspId }) => mspId));
    for (const api of apis) {
      const identity = plan.identities.find(({ mspId }) => mspId === api.mspId);
      if (identity === undefined) throw new Error(`${api.id} has no provider`);
      const tokens = [{ token: newToken(), role: 'system' as const, mspId: api.mspId, name: 'launcher' }];
      const config = identityConfig(identity, { services, tokens, setting });
      const complete = Value.Default(IdentityConfig, structuredClone(config));
      expect(Value.Errors(IdentityConfig, complete)).toEqual([]);
      const tokensAt = drawTokens(services);
      const { auth } = serviceConfig(api, { plan, networkId: plan.network, services, tokensAt, setting });
      const audience = config.audiences[0];
      expect(auth).toMatchObject({ issuers: [{ issuer: config.issuer, audience, mspId: api.mspId }] });
    }
  },
);
