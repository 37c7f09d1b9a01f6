import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { ByteRoom } from '../background/byte-room.js';
import { ProblemError } from './problems.js';

/** A body up to this size is read at once: beside everything else in memory it is little. */
const SMALL_MAX_BYTES = 64 * 1024;

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Resolves once what is read of a body of so many bytes has room, which it has until the request is answered. Rejects where
     * nobody waits for the answer any more.
     */
    roomForBody?: (bytes: number) => Promise<void>;
  }
}

/**
 * Bounds the bodies that are worked on at once, as what is read of JSON takes many times its size: larger ones wait for one another,
 * received and not yet read. A request that is injected has the room of the one that it is a part of.
 * @param totalBytes of such bodies together
 */
export function installBodyRoom(app: FastifyInstance, totalBytes: number): void {
  const room = new ByteRoom(totalBytes);
  app.decorateRequest('roomForBody', undefined);
  app.addHook('preParsing', async (request, reply, payload) => {
    if (!(request.socket instanceof Socket)) return payload;
    const gone = new AbortController();
    // The answer is out, or nobody waits for it any more.
    reply.raw.once('close', () =>
      gone.abort(new ProblemError('MALFORMED_BODY', 'The connection was closed before the body was read')),
    );
    request.roomForBody = async (bytes) => {
      if (bytes <= SMALL_MAX_BYTES) return;
      const place = await room.enter(bytes, gone.signal);
      if (gone.signal.aborted) place[Symbol.dispose]();
      else gone.signal.addEventListener('abort', () => place[Symbol.dispose](), { once: true });
    };
    return payload;
  });
}
