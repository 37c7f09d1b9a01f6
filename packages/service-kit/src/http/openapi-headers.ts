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
const WWW_AUTHENTICATE: AnswerHeaders = {
  'WWW-Authenticate': {
    type: 'string',
    description: 'How to prove who you are (RFC 9110, 11.6.1): `Bearer`',
  },
};
/** Of problems, by status: those that go away by waiting, and those of who asks. */
const PROBLEM_HEADERS: Readonly<Record<string, AnswerHeaders>> = {
  401: WWW_AUTHENTICATE,
  429: RETRY_AFTER,
  503: RETRY_AFTER,
};

/** The member `headers` of a response of OpenAPI, where there are any. */
export function headersOf(status: string, answerHeaders: AnswerHeaders = {}): { headers?: AnswerHeaders } {
  const headers = /^[23]/.test(status) ? answerHeaders : (PROBLEM_HEADERS[status] ?? {});
  return Object.keys(headers).length > 0 ? { headers } : {};
}
