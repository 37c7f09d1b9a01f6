import { fromBase64url, fromUtf8, toBase64url, utf8 } from '@careledger/crypto';
import type { FastifyInstance } from 'fastify';
import { Type, type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { AnswerHeaders } from './openapi-headers.js';
import { ProblemError } from './problems.js';

const CURSOR_MAX_CHARS = 2_048;
const LINK: AnswerHeaders = {
  Link: {
    type: 'string',
    description: '`<URL>; rel="next"` (RFC 8288): the page that follows, where there is one',
  },
};

/** Query of a list. @param rows on a page, unless asked otherwise and at most */
export const pageQuery = (rows: { readonly byDefault: number; readonly max: number }) => ({
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: CURSOR_MAX_CHARS, description: '`next` of the page before' }),
  ),
  limit: Type.Integer({ minimum: 1, maximum: rows.max, default: rows.byDefault }),
});

export interface PageQuery {
  readonly cursor?: string;
  readonly limit: number;
}

/** Member `next` of every page. */
export const Next = Type.Union([Type.String(), Type.Null()], {
  description:
    'Cursor of the page that follows; null on the last one. A page may be short, or empty, before that',
});

/** A page of a list, whose rows the service calls as it likes. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/** The first `limit` of the rows. @param rows one more than `limit`, if there are @param placeOf where a row stands */
export function pageOfRows<Row>(
  rows: readonly Row[],
  limit: number,
  placeOf: (row: Row) => unknown,
): Page<Row> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last !== undefined ? toCursor(placeOf(last)) : null };
}

/** A place in a list as clients are given it: to be sent back, not to be read. */
export const toCursor = (place: unknown): string => toBase64url(utf8(JSON.stringify(place)));

/** The place in a list that a cursor is. @throws ProblemError CURSOR_INVALID where it is none of this list's */
export function fromCursor<S extends TSchema>(cursor: string, place: S): Static<S> {
  const value = valueOf(cursor);
  if (Value.Check(place, value)) return value;
  throw new ProblemError(
    'CURSOR_INVALID',
    'The cursor is none that this list gave: leave it out to begin again',
  );
}

/** Undefined where the cursor is not one. */
function valueOf(cursor: string): unknown {
  try {
    return JSON.parse(fromUtf8(fromBase64url(cursor)));
  } catch {
    // Whatever was wrong with it, it was not made here.
    return undefined;
  }
}

interface Properties {
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** Gives every page that another one follows the header `Link`. A list is a GET that takes a `cursor`. */
export function installPages(app: FastifyInstance): void {
  const lists = new Set<string>();
  app.addHook('onRoute', (route) => {
    const query = route.schema?.querystring as Properties | undefined;
    if (route.method !== 'GET' || query?.properties?.['cursor'] === undefined) return;
    lists.add(route.url);
    const { answerHeaders, problems = [] } = route.schema ?? {};
    route.schema = {
      ...route.schema,
      answerHeaders: { ...answerHeaders, ...LINK },
      problems: [...new Set([...problems, 'CURSOR_INVALID'])],
    };
  });
  app.addHook('preSerialization', async (request, reply, payload: unknown) => {
    if (!lists.has(request.routeOptions.url ?? '') || typeof payload !== 'object' || payload === null)
      return payload;
    if (!('next' in payload) || typeof payload.next !== 'string') return payload;
    const [path = '', query] = request.url.split('?');
    const following = new URLSearchParams(query);
    following.set('cursor', payload.next);
    void reply.header('link', `<${path}?${following}>; rel="next"`);
    return payload;
  });
}
