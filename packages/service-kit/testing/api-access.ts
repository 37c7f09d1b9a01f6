import { hash, randomBytes } from 'node:crypto';
import type { TokenConfig } from '../src/config/service-config.js';
import { listRoutes, type RouteAccess } from '../src/http/auth.js';
import { CONFIGURED_ROLES, ROLES, type ConfiguredRole, type Role } from '../src/config/roles.js';
import type { ServiceApp } from '../src/http/service.js';

export { TestIssuer } from './test-issuer.js';

const SECRET_BYTES = 16;
/** Whom the drawn token of role system speaks for unless told otherwise: the patients' operator, who calls every service. */
const CALLER_MSP_ID = 'PatientsMSP';
const SERVED_BY_THE_KIT = new Set(['/livez', '/readyz', '/metrics', '/openapi.json', '/problems/:code']);

/** A bearer token for each role of a configuration, and the configuration that takes them. */
export interface ApiTokens {
  readonly tokens: Readonly<Record<ConfiguredRole, string>>;
  readonly entries: readonly TokenConfig[];
}

/** Draws a token for each role; the patient's stands for `patientId`, that of role system for `mspId`. */
export function newApiTokens(patientId: string, mspId = CALLER_MSP_ID): ApiTokens {
  const drawn = CONFIGURED_ROLES.map((role): [ConfiguredRole, string] => [
    role,
    randomBytes(SECRET_BYTES).toString('hex'),
  ]);
  return {
    tokens: Object.fromEntries(drawn) as Record<ConfiguredRole, string>,
    entries: drawn.map(([role, token]) => ({
      sha256: hash('sha256', token),
      role,
      ...(role === 'patient' && { patientIds: [patientId] }),
      ...(role === 'system' && { mspId }),
    })),
  };
}

/** The service's own routes that ask for a token; HEAD comes with every GET. */
export function guardedRoutes(app: ServiceApp): RouteAccess[] {
  return listRoutes(app).filter((route) => !route.public && !SERVED_BY_THE_KIT.has(route.url));
}

/** Which roles each of these routes names, by `METHOD /path`. */
export function rolesByRoute(app: ServiceApp): Record<string, readonly Role[]> {
  const routes = guardedRoutes(app).filter(({ method }) => method !== 'HEAD');
  return Object.fromEntries(routes.map(({ method, url, roles }) => [`${method} ${url}`, roles]));
}

/** An answer of a route that the roles it names do not explain. */
export interface AccessFault {
  readonly method: string;
  readonly url: string;
  readonly role: Role | 'nobody';
  readonly statusCode: number;
}

/**
 * Calls every route with each role that it does not name (must answer 403) and with no token (must answer 401), and
 * returns what was answered otherwise. `pathOf` fills in a path's parameters.
 */
export async function accessFaults(
  app: ServiceApp,
  tokens: Readonly<Partial<Record<Role, string>>>,
  pathOf: (url: string) => string = (url) => url.replaceAll(/:\w+/g, 'x'),
): Promise<AccessFault[]> {
  const faults: AccessFault[] = [];
  for (const { method, url, roles } of guardedRoutes(app)) {
    const callers: ['nobody' | Role, string | undefined][] = [['nobody', undefined]];
    for (const role of ROLES)
      if (!roles.includes(role) && tokens[role] !== undefined) callers.push([role, tokens[role]]);
    for (const [role, token] of callers) {
      const { statusCode } = await app.inject({
        method: method as 'GET',
        url: pathOf(url),
        ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      });
      if (statusCode !== (role === 'nobody' ? 401 : 403)) faults.push({ method, url, role, statusCode });
    }
  }
  return faults;
}
