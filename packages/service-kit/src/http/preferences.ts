import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AnswerHeaders } from './openapi-headers.js';
import { withHeaders } from './request-headers.js';

const PREFER_MAX_CHARS = 256;
/** Nobody waits longer within one request, whatever is preferred: proxies give up soon after. */
export const PREFERRED_WAIT_MAX_MS = 25_000;

/** What a caller prefers of the time that its answer takes (RFC 7240). */
export interface Preferences {
  /** Section 4.1: rather 202 than waiting. */
  readonly isAsync: boolean;
  /** Section 4.3, in milliseconds, at most {@link PREFERRED_WAIT_MAX_MS}; undefined where nothing is said. */
  readonly waitMs: number | undefined;
}

/** Of a route whose work may take longer than its caller waits. */
const PREFER = {
  prefer: Type.Optional(
    Type.String({
      maxLength: PREFER_MAX_CHARS,
      description:
        '`respond-async`: 202 at once, unless it is done already; `wait=N`: after N seconds at the latest (RFC 7240)',
    }),
  ),
};
const JOB_HEADERS: AnswerHeaders = {
  Location: { type: 'string', description: 'Of a 202: the job; of a 201: what was made' },
  'Retry-After': { type: 'integer', description: 'Of a 202: seconds after which the job is worth a look' },
  'Preference-Applied': { type: 'string', description: 'What of `Prefer` was followed' },
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route may answer 202 with a job: it takes `Prefer`, and its description says so. */
    isLongWork?: true;
  }
}

/** Reads the header `Prefer`. What it does not know, or cannot read, is no preference (RFC 7240, section 2). */
export function preferencesOf(header: string | string[] | undefined): Preferences {
  const stated = new Map<string, string>();
  for (const preference of [header ?? []].flat().join(',').split(',')) {
    const [name = '', value = ''] = (preference.split(';')[0] ?? '').split('=').map((part) => part.trim());
    // Of one that comes again, the first counts.
    if (!stated.has(name.toLowerCase())) stated.set(name.toLowerCase(), value.replaceAll('"', ''));
  }
  const wait = stated.get('wait');
  return {
    isAsync: stated.has('respond-async'),
    waitMs:
      wait !== undefined && /^\d{1,9}$/.test(wait)
        ? Math.min(Number(wait) * 1_000, PREFERRED_WAIT_MAX_MS)
        : undefined,
  };
}

/** The header `Preference-Applied`; undefined where nothing was preferred. */
export function appliedOf({ isAsync, waitMs }: Preferences): string | undefined {
  const applied = [
    ...(isAsync ? ['respond-async'] : []),
    ...(waitMs === undefined ? [] : [`wait=${waitMs / 1_000}`]),
  ];
  return applied.length > 0 ? applied.join(', ') : undefined;
}

/** How long the caller of a route waits, unless it says so itself. */
export const preferredWaitMs = (request: Pick<FastifyRequest, 'headers'>, byDefaultMs: number): number => {
  const { isAsync, waitMs } = preferencesOf(request.headers.prefer);
  return waitMs ?? (isAsync ? 0 : byDefaultMs);
};

/** Describes `Prefer` and the headers of a 202 at every route of long work. */
export function installPreferences(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.config?.isLongWork !== true) return;
    const { answerHeaders } = route.schema ?? {};
    route.schema = {
      ...withHeaders(route.schema ?? {}, PREFER),
      answerHeaders: { ...answerHeaders, ...JOB_HEADERS },
    };
  });
}
