import type {} from 'fastify';
import Negotiator from 'negotiator';

declare module 'fastify' {
  interface FastifyRequest {
    /** The media type that its caller likes best of those that its route answers with. */
    answerType: string;
  }
}

export const JSON_TYPE = 'application/json';
/** JSON as every answer names it; a serializer of one's own has to name it itself. */
export const JSON_TEXT = `${JSON_TYPE}; charset=utf-8`;
export const PROBLEM_JSON = 'application/problem+json';
export const FHIR_JSON = 'application/fhir+json';

/** What media types are besides their names, and text of UTF-8: who asks for it, asks for them. */
const PARAMETERS: Readonly<Record<string, string>> = {
  [FHIR_JSON]: 'fhirVersion=4.0;',
  // https://prometheus.io/docs/instrumenting/exposition_formats/
  'text/plain': 'version=0.0.4;',
};

/**
 * The best of some media types, by the weights of `Accept` (RFC 9110, 12.5.1); undefined where none is acceptable. A
 * header that names no media type says nothing.
 * @param offered the first is for callers that take any
 */
export function preferredOf(accept: string | undefined, offered: readonly string[]): string | undefined {
  const said = accept?.includes('/') === true ? accept : undefined;
  const whole = offered.map((type) => `${type};${PARAMETERS[type] ?? ''}charset=utf-8`);
  const [best = ''] = new Negotiator({ headers: { accept: said } }).mediaTypes(whole);
  return offered[whole.indexOf(best)];
}
