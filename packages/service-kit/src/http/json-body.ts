import { CryptoError, exactJson, parseJson } from '@careledger/crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type {} from './body-room.js';
import { ProblemError } from './problems.js';

/** `application/fhir+json` and the like; parameters may follow. */
const JSON_SUFFIX = /^application\/[a-z0-9.!#$&^_-]+\+json(?:;|$)/;

/**
 * Reads JSON bodies as spec/crypto.md says of JSON from others: strict UTF-8, no member name twice (in whatever
 * spelling), at most 32 levels deep. What two readers could read differently is refused before anybody reads it.
 */
export function installJsonBodies(app: FastifyInstance): void {
  // Text is taken by none of our routes: a wrong media type is 415, not a body that fails its schema.
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('exactBody', undefined);
  for (const type of ['application/json', JSON_SUFFIX])
    app.addContentTypeParser(type, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
      await request.roomForBody?.(body.length);
      const value = readBody(body);
      if (request.routeOptions.config.keepsNumbers === true) request.exactBody = exactJson(body.toString());
      return value;
    });
}

function readBody(body: Buffer): unknown {
  if (body.length === 0) throw new ProblemError('MALFORMED_BODY', 'The body is empty: send JSON');
  try {
    const value = parseJson(body);
    assertNoPrototypes(value);
    return value;
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    throw new ProblemError('MALFORMED_BODY', cause.message, { cause, members: { reason: cause.code } });
  }
}

/** Names that reach into the language once a value is copied by assignment or merged. */
function assertNoPrototypes(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, item] of Object.entries(value)) {
    if (name === '__proto__' || (name === 'constructor' && isPrototypeHolder(item)))
      throw new ProblemError('MALFORMED_BODY', `A JSON object must not name a member ${name}`);
    assertNoPrototypes(item);
  }
}

const isPrototypeHolder = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
