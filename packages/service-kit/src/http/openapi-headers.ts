/** A header of an answer, as OpenAPI describes it. */
export interface AnswerHeader {
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
}

/** By name. */
export type AnswerHeaders = Readonly<Record<string, AnswerHeader>>;

declare module 'fastify' {
  interface FastifySchema {
    /** Headers of the answers of a route that did what it was asked (2xx, 304), besides those of every answer. */
    answerHeaders?: AnswerHeaders;
  }
}

const RETRY_AFTER: AnswerHeaders = {
  'Retry-After': {
    type: 'integer',
    description: 'Seconds after which the same request may be answered otherwise',
  },
};
/** Statuses of problems that go away by waiting. */
const PASSING_STATUSES: ReadonlySet<string> = new Set(['429', '503']);

/** The member `headers` of a response of OpenAPI, where there are any. */
export function headersOf(status: string, answerHeaders: AnswerHeaders = {}): { headers?: AnswerHeaders } {
  const headers = /^[23]/.test(status) ? answerHeaders : PASSING_STATUSES.has(status) ? RETRY_AFTER : {};
  return Object.keys(headers).length > 0 ? { headers } : {};
}
