import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { PROBLEM_JSON } from './media-types.js';
import { commonProblems, problemOf, type CommonProblemCode } from './problems.js';

/** What an error of Node's HTTP parser is to a client; every other is MALFORMED_REQUEST. */
const PARSER_CODES: Readonly<Record<string, CommonProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'PAYLOAD_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/**
 * Fastify's `clientErrorHandler`: answers bytes that the HTTP parser does not take as a request (RFC 9112) with a
 * problem, and closes the connection, since nobody knows where the next request begins.
 */
export function answerParserError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(rawAnswer(PARSER_CODES[error.code ?? ''] ?? 'MALFORMED_REQUEST'));
}

/**
 * Answers with a problem what Node's HTTP server would otherwise answer by itself, before any route: an `Expect` that
 * is not `100-continue` (RFC 9110, 10.1.1), and CONNECT.
 */
export function installTransportProblems(app: FastifyInstance): void {
  app.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const problem = problemOf('EXPECTATION_FAILED', commonProblems.EXPECTATION_FAILED);
    const body = JSON.stringify(problem);
    response.writeHead(problem.status, {
      'content-type': PROBLEM_JSON,
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    });
    response.end(body);
  });
  app.server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    socket.end(rawAnswer('METHOD_NOT_ALLOWED', 'Allow: \r\n'));
  });
}

/** Whether a request names its host as HTTP/1.1 requires: once (RFC 9112, 3.2). Node's own answer would be no problem. */
export function namesItsHost({ httpVersion, rawHeaders }: IncomingMessage): boolean {
  if (httpVersion === '1.0') return true;
  return rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length === 1;
}

/** Whether the body is as long as its chunks say: the one transfer coding that is undone here (RFC 9112, 6.1). */
export const isTransferKnown = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  /^(?:chunked)?$/i.test(headers['transfer-encoding']?.trim() ?? '');

function rawAnswer(code: CommonProblemCode, headers = ''): string {
  const problem = problemOf(code, commonProblems[code]);
  const body = JSON.stringify(problem);
  return (
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n${headers}` +
    `Content-Type: ${PROBLEM_JSON}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  );
}
