import { kindOf, type AttemptKind, type Try } from '../attempt.js';
import type { HttpFixture } from './http-fixture.js';

/** An attempt at a service's HTTP API. */
export type HttpTry = Try<HttpFixture>;
export type HttpKind = AttemptKind<HttpFixture>;

export const kind = kindOf<HttpFixture>;
