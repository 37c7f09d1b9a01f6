import type {} from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route passes on what it is sent: numbers have to stay as they were written (`exactBody`). */
    keepsNumbers?: true;
  }
  interface FastifyRequest {
    /** The body as `exactJson` reads it, where the route keeps numbers; undefined elsewhere. */
    exactBody: unknown;
  }
}

/** A body with all that its caller has said in it: 5.40 is not 5.4 where the route keeps numbers. */
export const wholeBodyOf = ({
  body,
  exactBody,
}: {
  readonly body: unknown;
  readonly exactBody: unknown;
}): unknown => exactBody ?? body;
