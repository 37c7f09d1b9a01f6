export { Authority, Gateway, Provider, type Connection } from './connect.js';
export type { Fetch } from './in-flight.js';
export { finished, type FinishOptions, type Finished, type Job } from './jobs.js';
export { followNotices, type FollowOptions, type Notice } from './notices.js';
export { ProblemError, isProblem, type Problem, type ProblemCode } from './problem.js';
export type { RetryOptions } from './retry.js';
