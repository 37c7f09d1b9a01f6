import type { Role } from '@careledger/service-kit';

/**
 * Who may call a route: roles, or nobody in particular. `device`: with a device's own token or pairing code, which the
 * route checks itself.
 */
export type Access = readonly Role[] | 'public' | 'device';
/** Routes by `METHOD /path`. */
export type Routes = Readonly<Record<string, Access>>;

const ops: readonly Role[] = ['ops'];
const system: readonly Role[] = ['system'];
const own: readonly Role[] = ['patient'];
const ownOrOps: readonly Role[] = ['patient', 'ops'];
const ownOrAuditor: readonly Role[] = ['patient', 'auditor'];
const ownOpsOrAuditor: readonly Role[] = ['patient', 'ops', 'auditor'];
const practitioner: readonly Role[] = ['practitioner'];
const practitionerOrOps: readonly Role[] = ['practitioner', 'ops'];
const practitionerOrAuditor: readonly Role[] = ['practitioner', 'auditor'];
const practitionerOpsOrAuditor: readonly Role[] = ['practitioner', 'ops', 'auditor'];

/** What every service has from the kit. */
const KIT: Routes = {
  'GET /livez': 'public',
  'GET /readyz': 'public',
  'GET /openapi.json': 'public',
  'GET /problems/{code}': 'public',
  'GET /metrics': ['ops', 'system'],
};

const PATIENT = '/v1/patients/{patientId}';

/** Every route of the services, written down once more on purpose: a new one, or one that changes its roles, has to come here. */
export const ROUTES = {
  gateway: {
    ...KIT,
    'POST /v1/devices': 'device',
    'POST /v1/frames': 'device',
    'GET /v1/device/head': 'device',
    'POST /v1/patients': ops,
    'GET /v1/patients': ops,
    [`GET ${PATIENT}`]: ownOrOps,
    [`POST ${PATIENT}/tokens`]: ops,
    [`POST ${PATIENT}/pairing-codes`]: ownOrOps,
    [`POST ${PATIENT}/revocations`]: own,
    [`GET ${PATIENT}/devices`]: ownOrOps,
    [`POST ${PATIENT}/devices/{deviceId}/suspend`]: ownOrOps,
    [`POST ${PATIENT}/devices/{deviceId}/resume`]: ownOrOps,
    [`POST ${PATIENT}/devices/{deviceId}/revoke`]: ownOrOps,
    [`POST ${PATIENT}/devices/{deviceId}/re-pair`]: ownOrOps,
    [`GET ${PATIENT}/readings`]: own,
    [`GET ${PATIENT}/chain`]: ownOpsOrAuditor,
    [`GET ${PATIENT}/chain/blocks`]: ownOpsOrAuditor,
    [`GET ${PATIENT}/chain/verify`]: ownOpsOrAuditor,
    [`POST ${PATIENT}/chain/verify`]: ownOpsOrAuditor,
    [`GET ${PATIENT}/proofs`]: own,
    [`GET ${PATIENT}/records`]: own,
    [`GET ${PATIENT}/records/{recordId}`]: own,
    [`GET ${PATIENT}/grants`]: ownOrAuditor,
    [`POST ${PATIENT}/grants`]: own,
    [`POST ${PATIENT}/grants/{grantId}/revoke`]: own,
    [`POST ${PATIENT}/grants/revoke-all`]: own,
    [`GET ${PATIENT}/subscriptions`]: own,
    [`POST ${PATIENT}/subscriptions/{subscriptionId}/approve`]: own,
    [`POST ${PATIENT}/subscriptions/{subscriptionId}/reject`]: own,
    [`GET ${PATIENT}/accesses`]: ownOrAuditor,
    [`GET ${PATIENT}/visits`]: ownOrAuditor,
    [`POST ${PATIENT}/check-in`]: own,
    [`POST ${PATIENT}/flush`]: ownOrOps,
    'POST /v1/flush': ops,
    'GET /v1/outbox': ops,
    'GET /v1/statistics': ops,
    'POST /v1/attestations': ['ops', 'system'],
  },
  hospital: {
    ...KIT,
    'GET /v1/records': practitioner,
    'POST /v1/records': practitioner,
    'GET /v1/records/{recordId}': practitioner,
    'PUT /v1/records/{recordId}': practitioner,
    'GET /v1/records/{recordId}/versions/{version}/status': practitionerOrOps,
    'GET /v1/notices': practitioner,
    'GET /v1/notices/unmatched': practitionerOrOps,
    'POST /v1/emergency-notices': system,
    'POST /v1/revocations': ['patient', 'system', 'practitioner', 'ops'],
    'GET /v1/subscriptions': practitionerOpsOrAuditor,
    'POST /v1/subscriptions': practitionerOrOps,
    'DELETE /v1/subscriptions/{subscriptionId}': practitionerOrOps,
    'GET /v1/visits': practitionerOrAuditor,
    'POST /v1/visits': practitioner,
    'GET /v1/visits/{visitId}': practitionerOrAuditor,
    'GET /v1/practitioners': ['ops', 'auditor'],
    'POST /v1/practitioners': ops,
    'DELETE /v1/practitioners/{practitionerId}': ops,
    'GET /v1/patients/{patientId}/grants': practitionerOpsOrAuditor,
    'GET /v1/patients/{patientId}/anchors': practitionerOpsOrAuditor,
    'GET /v1/audit': ['auditor'],
    'POST /v1/attestations': ['ops', 'auditor', 'system'],
  },
  'cloud-a': {
    ...KIT,
    'PUT /v1/records/{recordId}/versions/{version}': system,
    'PUT /v1/records/{recordId}/versions/{version}/wraps': system,
    'GET /v1/records/{recordId}/versions/{version}/wraps': system,
    'POST /v1/access-requests': system,
    'POST /v1/releases': system,
    'GET /v1/releases': ['auditor', 'ops'],
    'POST /v1/receipts': system,
    'POST /v1/visits': system,
    'POST /v1/revocations': system,
    'POST /v1/notice-readings': system,
  },
} as const satisfies Readonly<Record<string, Routes>>;

/** A service of each kind: the gateway, an authority's api, a provider. */
export type ServiceName = keyof typeof ROUTES;
export const SERVICES = Object.keys(ROUTES) as ServiceName[];

/** A route of a service. */
export interface Route {
  readonly service: ServiceName;
  readonly method: string;
  /** With `{parameters}`. */
  readonly path: string;
  readonly access: Access;
}

export const EVERY_ROUTE: readonly Route[] = SERVICES.flatMap((service) =>
  Object.entries(ROUTES[service] as Routes).map(([route, access]) => {
    const [method = '', path = ''] = route.split(' ');
    return { service, method, path, access };
  }),
);

/** Routes that ask for a token of a role. */
export const GUARDED = EVERY_ROUTE.filter(
  (route): route is Route & { readonly access: readonly Role[] } =>
    route.access !== 'public' && route.access !== 'device',
);
