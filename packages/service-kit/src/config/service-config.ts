import { MspId, closedObject } from '@careledger/domain';
import { Type, type Static } from 'typebox';
import { IssuerConfig } from './issuer-config.js';
import { RateLimitConfig } from './rate-limit-config.js';
import { CONFIGURED_ROLES } from './roles.js';
import { Secret } from './settings.js';

/** Largest request body a service reads unless a route says otherwise. */
const DEFAULT_BODY_LIMIT_BYTES = 1024 * 1024;

/** One bearer token. Only its SHA-256 is known here, so a leaked configuration opens nothing. */
export const TokenConfig = closedObject({
  sha256: Secret({ pattern: '^[0-9a-f]{64}$' }),
  role: Type.Enum(CONFIGURED_ROLES),
  /** The organisation whose word the token is; required for role system, whose holders speak for one another. */
  mspId: Type.Optional(MspId),
  /** Whom a patient's token stands for; required for, and only for, role patient. */
  patientIds: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })),
  name: Type.Optional(Type.String({ minLength: 1 })),
  unit: Type.Optional(Type.String({ minLength: 1 })),
});
export type TokenConfig = Static<typeof TokenConfig>;

export const AuthConfig = closedObject(
  {
    tokens: Type.Array(TokenConfig, { default: [] }),
    /** OpenID providers whose access tokens are taken beside those; see spec/sign-in.md. */
    issuers: Type.Optional(Type.Array(IssuerConfig)),
  },
  { default: {} },
);
export type AuthConfig = Static<typeof AuthConfig>;

export const TlsConfig = closedObject({
  certFile: Type.String({ minLength: 1 }),
  keyFile: Type.String({ minLength: 1 }),
});

export const HttpConfig = closedObject(
  {
    host: Type.String({ default: '127.0.0.1' }),
    /** 0 takes a free port; the ready line names it. */
    port: Type.Integer({ minimum: 0, maximum: 65_535, default: 0 }),
    bodyLimitBytes: Type.Integer({ minimum: 1024, default: DEFAULT_BODY_LIMIT_BYTES }),
    /** Serve /metrics without a token: for a listener that only the monitoring can reach. */
    metricsOpen: Type.Boolean({ default: false }),
    tls: Type.Optional(TlsConfig),
    rateLimits: Type.Optional(RateLimitConfig),
    /** Origins whose pages may call this service from a browser, e.g. that of the signer; none without it. */
    allowedOrigins: Type.Optional(
      Type.Array(Type.String({ pattern: '^https?://[^/\\s*]+$' }), { minItems: 1, uniqueItems: true }),
    ),
    /** Addresses or networks of proxies whose X-Forwarded-For says who the caller is, e.g. 10.0.0.0/8. */
    trustedProxies: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })),
  },
  { default: {} },
);
export type HttpConfig = Static<typeof HttpConfig>;

export const LogConfig = closedObject(
  { level: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { default: 'info' }) },
  { default: {} },
);
export type LogConfig = Static<typeof LogConfig>;

/** Traces for OpenTelemetry; off unless an endpoint is named here or by OTEL_EXPORTER_OTLP_ENDPOINT. */
export const TracingConfig = closedObject(
  {
    /** Of a collector that takes OTLP over HTTP, e.g. `http://127.0.0.1:4318`. */
    otlpEndpoint: Type.Optional(Type.String({ pattern: '^https?://' })),
    /** Share of traces that begin here and are recorded, 0 to 1; those of emergencies always are. */
    sampleRatio: Type.Number({ minimum: 0, maximum: 1, default: 1 }),
  },
  { default: {} },
);
export type TracingConfig = Static<typeof TracingConfig>;

/** Spread into a service's own schema: `Type.Object({...serviceConfigProperties, store: …})`. */
export const serviceConfigProperties = {
  http: HttpConfig,
  auth: AuthConfig,
  log: LogConfig,
  tracing: TracingConfig,
};

/** What `buildService` and `serve` need of a service's configuration. */
export interface ServiceConfig {
  readonly http: HttpConfig;
  readonly auth: AuthConfig;
  readonly log: LogConfig;
  readonly tracing: TracingConfig;
}
