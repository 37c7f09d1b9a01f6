import type { FastifyInstance } from 'fastify';
import { ProblemError } from './problems.js';

/** The content coding that is none. */
const NONE = 'identity';

/**
 * Bodies are taken as they are. One that is compressed, or says so, is 415 with what is taken in `Accept-Encoding`
 * (RFC 9110, 12.5.3): it is not read as what it would be without its coding.
 */
export function refuseCodedBodies(app: FastifyInstance): void {
  app.addHook('preParsing', async (request, reply, payload) => {
    const coding = request.headers['content-encoding']?.trim().toLowerCase() ?? NONE;
    const { config, schema } = request.routeOptions;
    const takesBody = schema?.body !== undefined || config.formIsQuery === true;
    if (!takesBody || coding === NONE) return payload;
    void reply.header('accept-encoding', NONE);
    throw new ProblemError(
      'UNSUPPORTED_MEDIA_TYPE',
      'Bodies are not compressed: send it without Content-Encoding',
    );
  });
}
