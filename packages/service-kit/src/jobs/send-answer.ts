import type { Job } from './job.js';
import type { Answer } from './long-work.js';

interface Sender<Body> {
  readonly send: (body: Body) => unknown;
}

/** The reply of a route that declares both answers: the compiler holds them against its schema. */
export interface LongWorkReply<Status extends number, Result, Partly> {
  readonly status: ((code: 202) => Sender<Job<Partly>>) & ((code: Status) => Sender<Result>);
  header(name: string, value: string): unknown;
}

/** How a route answers once the work is done. */
export interface DoneAnswer<Status extends number> {
  readonly status: Status;
  /** Path of what was made. */
  readonly location?: string;
}

/** Sends what came of a request for long work: its result, or 202 with the job that goes on. */
export function sendAnswer<
  const Status extends 200 | 201,
  Result,
  Partly,
  Reply extends LongWorkReply<Status, NoInfer<Result>, NoInfer<Partly>>,
>(reply: Reply, answer: Answer<Result, Partly>, { status, location }: DoneAnswer<Status>): Reply {
  if (!answer.isDone) {
    reply.status(202).send(answer.job);
    return reply;
  }
  if (location !== undefined) reply.header('location', location);
  reply.status(status).send(answer.result);
  return reply;
}
