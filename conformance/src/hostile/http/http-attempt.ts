import type { AttemptKind, Role, Try } from '../attempt.js';
import type { HttpFixture } from './http-fixture.js';

/** An attempt at a service's HTTP API. */
export type HttpTry = Try<HttpFixture>;
export type HttpKind = AttemptKind<HttpFixture>;

/** Attempts that are told apart by a word each, and come to the same answer. */
export const kind = (
  id: string,
  role: Role,
  what: string,
  answer: string,
  tries: Readonly<Record<string, HttpTry['run']>>,
): HttpKind => ({
  id,
  role,
  what,
  tries: Object.entries(tries).map(([name, run]) => ({ name, answer, run })),
});
