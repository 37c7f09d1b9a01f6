import { get } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@careledger/network-admin';
import type { ServiceNode } from '@careledger/network-definition';
import { RunnerError } from '../errors.js';

/** A service that was started derives a key and connects to its peer before it answers. */
const READY_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 5_000;
const POLL_INTERVAL_MS = 200;
const OK = 200;

/** A service, or an organisation's OpenID provider. */
export type Addressed = Pick<ServiceNode, 'id' | 'url'>;

/**
 * What a service's `/readyz` answers: undefined when it is ready, else why it is not.
 * @param roots PEM of the TLS authorities to trust.
 */
export async function unreadyReason(node: Addressed, roots: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { ca: roots, timeout: ANSWER_TIMEOUT_MS, agent: false };
    const request = get(new URL('/readyz', node.url), options, (response) => {
      response.resume();
      const { statusCode } = response;
      resolve(statusCode === OK ? undefined : `/readyz answers ${statusCode ?? 'nothing'}`);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`)));
    request.on('error', (error) => resolve(messageOf(error)));
  });
}

/** Returns when every service is ready. @throws RunnerError `SERVICE_NOT_READY` */
export async function waitUntilServicesReady(
  services: readonly Addressed[],
  roots: string,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  await Promise.all(
    services.map(async (node) => {
      for (;;) {
        const reason = await unreadyReason(node, roots);
        if (reason === undefined) return;
        signal?.throwIfAborted();
        if (Date.now() > deadline)
          throw new RunnerError(
            'SERVICE_NOT_READY',
            `${node.id} at ${node.url} is not ready: ${reason}; its log says why`,
          );
        await delay(POLL_INTERVAL_MS, undefined, signal && { signal });
      }
    }),
  );
}
