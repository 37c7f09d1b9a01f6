import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiConfig, buildApp as buildApi, openKeys } from '@careledger/api';
import { CloudConfig, buildApp as buildCloud } from '@careledger/cloud-service';
import { GatewayConfig, buildApp as buildGateway } from '@careledger/gateway-service';
import {
  callersOf,
  loadNetworkDefinition,
  planNetwork,
  serviceConfig,
  servicesOf,
  type NetworkPlan,
  type ServiceNode,
  type ServiceProgram,
  type ServiceSetting,
} from '@careledger/network-definition';
import { createLogger, type ServiceApp } from '@careledger/service-kit';
import type { Static, TObject } from 'typebox';
import { Value } from 'typebox/value';

/** What `/openapi.json` answers. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
  };
}

/** JSON Schema, as far as anybody here reads it. */
export interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, OpenApiResponse>>;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

export interface OpenApiResponse {
  readonly description: string;
  readonly content?: Readonly<Record<string, object>>;
}

const logger = createLogger('openapi', { level: 'silent' });
const BUILD: Readonly<Record<ServiceProgram, (config: object) => Promise<ServiceApp>>> = {
  gateway: async (config) => {
    const { app } = await buildGateway(complete(GatewayConfig, config), logger, (error) => {
      throw error;
    });
    return app;
  },
  api: async (given) => {
    const config = complete(ApiConfig, given);
    return buildApi(config, logger, await openKeys(config.dataDir, config.keyPassphrase));
  },
  cloud: (config) => buildCloud(complete(CloudConfig, config), logger),
};

/** What a service of each kind says of itself. None listens for HTTP, and nothing listens at the peers that they know. */
export async function openApiDocuments(): Promise<ReadonlyMap<ServiceProgram, OpenApiDocument>> {
  const plan = planNetwork(loadNetworkDefinition(), { profile: 'small', runner: 'native' });
  const services = servicesOf(plan);
  const dir = await mkdtemp(join(tmpdir(), 'careledger-openapi-'));
  try {
    const documents = new Map<ServiceProgram, OpenApiDocument>();
    for (const program of ['gateway', 'api', 'cloud'] as const) {
      const service = services.find((one) => one.program === program);
      if (service === undefined) throw new RangeError(`The network has no ${program}`);
      const setting = await settingIn(dir, service, plan);
      const config = serviceConfig(service, {
        ...{ plan, networkId: plan.network, services, setting },
        tokensAt: (at) =>
          callersOf(at, services).map(({ mspId }) => ({ role: 'system', mspId, token: secret() })),
      });
      documents.set(program, await documentOf(await BUILD[program](withFreePorts(config))));
    }
    return documents;
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function documentOf(app: ServiceApp): Promise<OpenApiDocument> {
  try {
    return (await app.inject({ url: '/openapi.json' })).json<OpenApiDocument>();
  } finally {
    await app.close();
  }
}

const complete = <T extends TObject>(schema: T, config: object): Static<T> =>
  Value.Parse(schema, Value.Default(schema, config));

/** The gateway's embedded broker takes any port that is free. */
const withFreePorts = (config: object): object =>
  'mqtt' in config && typeof config.mqtt === 'object'
    ? { ...config, mqtt: { ...config.mqtt, port: 0 } }
    : config;

const secret = (): string => randomBytes(24).toString('base64url');

/** A service whose ledger is away. */
async function settingIn(
  dir: string,
  { id, mspId }: ServiceNode,
  plan: NetworkPlan,
): Promise<ServiceSetting> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const peer = { endpoint: '127.0.0.1:9', tlsRoot: '-----BEGIN CERTIFICATE-----', serverName: 'peer' };
  const organizations = Object.fromEntries(plan.organizations.map((each) => [each.mspId, peer]));
  const file = (name: string): string => join(dir, `${id}-${name}`);
  await writeFile(
    file('connection.json'),
    JSON.stringify({ channels: { authorities: { organizations }, cloud: { organizations } } }),
  );
  await writeFile(file('cert.pem'), '-----BEGIN CERTIFICATE-----');
  await writeFile(file('key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return {
    listenHost: '127.0.0.1',
    connectionFile: file('connection.json'),
    identity: { certificateFile: file('cert.pem'), privateKeyFile: file('key.pem') },
    dataDir: join(dir, id, mspId),
    keyPassphrase: secret(),
  };
}
