import type { FastifyInstance } from 'fastify';
import findMyWay from 'find-my-way';

/** The methods that the path of `url` has, in the order they were registered; none where there is no such path. */
export type AllowedMethods = (url: string) => readonly string[];

/**
 * Remembers every route that is registered from now on, so that a method that a path lacks is told from a path that
 * nobody has: 405 with `Allow` (RFC 9110, 15.5.6).
 */
export function rememberMethods(app: FastifyInstance, maxParamLength: number): AllowedMethods {
  const byPattern = new Map<string, Set<string>>();
  const router = findMyWay({ maxParamLength });
  app.addHook('onRoute', ({ url, method }) => {
    let methods = byPattern.get(url);
    if (!methods) {
      methods = new Set();
      byPattern.set(url, methods);
      // Found again by one method, whatever methods the path has.
      router.on('GET', url, () => undefined, methods);
    }
    for (const one of [method].flat()) methods.add(one);
  });
  return (url) => [...((router.find('GET', url)?.store as Set<string> | undefined) ?? [])];
}
