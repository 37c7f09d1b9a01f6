import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { ServiceConfig } from '../config/service-config.js';

/** A whole request must have arrived by then; a response, e.g. an event stream, may take longer. */
const REQUEST_TIMEOUT_MS = 30_000;
/** An idle connection is kept for this long: longer than a load balancer's 60 s, so that it closes first. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** Node's server, plain or with TLS 1.2 at least. */
export function createHttpServer(handler: RequestListener, tls: ServiceConfig['http']['tls']): Server {
  const options = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // The service refuses such a request itself, with a problem.
    requireHostHeader: false,
  };
  if (!tls) return createServer(options, handler);
  const { certFile, keyFile } = tls;
  const identity = {
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    minVersion: 'TLSv1.2' as const,
  };
  return createTlsServer({ ...options, ...identity }, handler);
}
