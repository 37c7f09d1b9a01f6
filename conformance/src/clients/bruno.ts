import { envJsonToBruV2, jsonToBruV2, jsonToCollectionBru } from '@usebruno/lang';
import type { OpenApiOperation } from '../docs/openapi-documents.js';
import { inlineSchemas } from '../docs/openapi-inline.js';
import { exampleOf, variable } from './example-of.js';
import type { ClientSource } from './services.js';

/** Variables of requests that a sandbox has values for: `make sandbox` writes them into `env.sh` under these names. */
const SANDBOX_VARIABLES: Readonly<Record<string, string>> = {
  gateway: 'GATEWAY',
  gatewayOpsToken: 'GATEWAY_OPS_TOKEN',
  gatewayPatientToken: 'PATIENT_TOKEN',
  authority: 'HOSPITAL',
  authorityAuditorToken: 'HOSPITAL_AUDITOR_TOKEN',
  authorityOpsToken: 'HOSPITAL_OPS_TOKEN',
  authorityPractitionerToken: 'HOSPITAL_TOKEN',
  authorityId: 'HOSPITAL_ID',
  provider: 'PROVIDER',
  providerOpsToken: 'PROVIDER_OPS_TOKEN',
  patientId: 'PATIENT',
  passphrase: 'PASSPHRASE',
  deviceId: 'DEVICE',
};

/** A Bruno collection: a folder for each service, in it one for each group of operations, a file for each operation. */
export function generateBruno(services: readonly ClientSource[]): ReadonlyMap<string, string> {
  const requests = services.flatMap(requestsOf);
  const variables = Object.entries(SANDBOX_VARIABLES).map(([name, value]) => ({
    ...{ name, enabled: true, type: 'text', value: variable(`process.env.${value}`) },
  }));
  return new Map([
    [
      'bruno.json',
      `${JSON.stringify({ version: '1', name: 'careledger', type: 'collection' }, undefined, 2)}\n`,
    ],
    ['environments/sandbox.bru', envJsonToBruV2({ variables })],
    ...services.map(({ service }): [string, string] => [
      `${service.name}/folder.bru`,
      jsonToCollectionBru({ meta: { name: service.name } }),
    ]),
    ...requests.map(({ path, text }): [string, string] => [path, text]),
  ]);
}

interface RequestFile {
  readonly path: string;
  readonly text: string;
}

function requestsOf({ document, service: { name } }: ClientSource): RequestFile[] {
  return Object.entries(inlineSchemas(document).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation], index): RequestFile => {
      const { operationId, tags } = operation;
      const request = {
        meta: { name: operationId, type: 'http', seq: index + 1 },
        ...httpOf(name, method, path, operation),
        docs: [operation.summary, operation.description].filter((text) => text !== undefined).join('\n\n'),
      };
      return { path: `${name}/${tags[0]}/${operationId}.bru`, text: jsonToBruV2(request) };
    }),
  );
}

/** The operation as a request: what it demands is filled in, what may be left out is switched off. */
function httpOf(service: string, method: string, path: string, operation: OpenApiOperation): object {
  const { parameters = [], requestBody, security } = operation;
  const named = parameters.map(({ in: place, name, required = false, schema }) => ({
    ...{ name, enabled: required, type: place },
    value: textOf(place === 'path' ? variable(name) : exampleOf(schema, name)),
  }));
  const query = named.filter(({ type }) => type === 'query');
  const demanded = query.filter(({ enabled }) => enabled).map(({ name, value }) => `${name}=${value}`);
  const search = demanded.length === 0 ? '' : `?${demanded.join('&')}`;
  const url = `${variable(service)}${path.replaceAll(/\{(\w+)\}/g, ':$1')}${search}`;
  const [mediaType, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const isJson = mediaType === 'application/json';
  const body = content && exampleOf(content.schema, 'body');
  const token = tokenOf(service, operation);
  return {
    http: {
      ...{ method, url, auth: token === undefined ? 'none' : 'bearer' },
      body: body === undefined ? 'none' : isJson ? 'json' : 'text',
    },
    params: named.filter(({ type }) => type !== 'header'),
    headers: [
      ...named.filter(({ type }) => type === 'header'),
      ...(mediaType !== undefined && !isJson
        ? [{ name: 'content-type', value: mediaType, enabled: true }]
        : []),
    ],
    ...(token !== undefined && security.length > 0 && { auth: { bearer: { token: variable(token) } } }),
    ...(body !== undefined && {
      body: isJson ? { json: JSON.stringify(body, undefined, 2) } : { text: textOf(body) },
    }),
  };
}

/**
 * Whose token an operation takes: of the roles which its description names the first of which a sandbox has one, or the
 * device's own.
 */
function tokenOf(service: string, { description = '', security }: OpenApiOperation): string | undefined {
  const [scheme] = security.flatMap((one) => Object.keys(one));
  if (scheme === undefined) return undefined;
  const [, roles = scheme] = /^Roles: (.+)\.$/m.exec(description) ?? [];
  const tokens = roles
    .split(', ')
    .map((role) => `${service}${role.charAt(0).toUpperCase()}${role.slice(1)}Token`);
  return tokens.find((token) => token in SANDBOX_VARIABLES) ?? tokens[0];
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
