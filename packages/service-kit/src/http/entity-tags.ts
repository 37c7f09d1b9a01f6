import { sha256, toBase64url } from '@careledger/crypto';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { AnswerHeaders } from './openapi-headers.js';
import { ProblemError } from './problems.js';
import { withHeaders } from './request-headers.js';
import type { revisionProblems } from './shared-problems.js';

/** `application/json` and whatever is JSON of some kind, e.g. FHIR. */
const JSON_TYPE = /^application\/(?:[a-z.-]+\+)?json(?:;|$)/;
const TAG_LIST_MAX_CHARS = 1_024;
const ETAG: AnswerHeaders = {
  ETag: { type: 'string', description: 'Strong validator (RFC 9110, 8.8.3) of what is answered' },
};
const tagList = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: TAG_LIST_MAX_CHARS, description }));
const IF_NONE_MATCH = {
  'if-none-match': tagList(
    'ETags that the caller has: where one is still right, the answer is 304 without a body',
  ),
};

/** Header of a route that changes something: only what the caller has seen. */
export const IfMatch = {
  'if-match': tagList('ETag of what the caller has seen; 412 where it is another now'),
};

/** The tag of a version, by its number. */
export const versionTag = (version: number): string => `"${version}"`;

/** The tag of what a route shows, by its content: for what has no number, and can be changed. */
export const contentTag = (shown: object): string => tagOf(JSON.stringify(shown));

const tagOf = (text: string): string => `"${toBase64url(sha256(text))}"`;

/** Whether `If-Match` lets a tag through: by strong comparison, or without the header. */
export function matches(header: string | undefined, tag: string): boolean {
  return header === undefined || header.trim() === '*' || tagsOf(header).includes(tag);
}

/** @param shown what a GET shows of the resource now @throws ProblemError RESOURCE_CHANGED where `If-Match` names another */
export function assertUnchanged(ifMatch: string | undefined, shown: object): void {
  if (!matches(ifMatch, contentTag(shown)))
    throw new ProblemError<keyof typeof revisionProblems>(
      'RESOURCE_CHANGED',
      'It has changed since it was read: read it again',
    );
}

/**
 * Every GET that answers JSON gets a strong `ETag`, of its bytes unless the route gives one, and is answered with 304 where
 * `If-None-Match` has it. What the route does is done all the same: opening a record is written down also then.
 */
export function installEntityTags(app: FastifyInstance): void {
  const tagged = new Set<string>();
  app.addHook('onRoute', (route) => {
    const response = route.schema?.response as Readonly<Record<string, object>> | undefined;
    const success = response?.['200'];
    if (route.method !== 'GET' || response === undefined || success === undefined || !isJson(success)) return;
    tagged.add(route.url);
    route.schema = {
      ...withHeaders(route.schema ?? {}, IF_NONE_MATCH),
      answerHeaders: { ...route.schema?.answerHeaders, ...ETAG },
      response: { ...response, 304: Type.Null({ description: 'It is as the caller has it' }) },
    };
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const type = String(reply.getHeader('content-type') ?? '');
    if (request.method !== 'GET' || reply.statusCode !== 200 || !tagged.has(request.routeOptions.url ?? ''))
      return payload;
    if (typeof payload !== 'string' || !JSON_TYPE.test(type)) return payload;
    const given = reply.getHeader('etag');
    const tag = typeof given === 'string' ? given : tagOf(payload);
    void reply.header('etag', tag);
    const header = request.headers['if-none-match'];
    if (
      header === undefined ||
      !(header.trim() === '*' || tagsOf(header).map(unweakened).includes(unweakened(tag)))
    )
      return payload;
    void reply.code(304).removeHeader('content-type');
    return null;
  });
}

/** Of a header that lists them (RFC 9110, 8.8.3): a weak one with its `W/`. */
const tagsOf = (header: string): string[] => header.match(/(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g) ?? [];

/** `If-None-Match` compares weakly. */
const unweakened = (tag: string): string => tag.replace(/^W\//, '');

function isJson(response: object): boolean {
  const types = 'content' in response ? Object.keys(response.content as object) : ['application/json'];
  return types.some((type) => JSON_TYPE.test(type));
}
