import { FHIR_JSON, JSON_TYPE } from '@careledger/service-kit';
import { Type } from 'typebox';

const RESOURCE = { schema: Type.Unsafe<string>({}) };

/** Of a route that answers with a resource: JSON text that is sent as it is. Who takes any JSON is sent it as that. */
export const resourceAnswer = (description: string) => ({
  description,
  content: { [FHIR_JSON]: RESOURCE, [JSON_TYPE]: RESOURCE },
});

/** Where a resource's text goes, beside its headers. */
export interface Reply {
  type(type: string): this;
  header(name: string, value: string): this;
  serializer(serialize: (text: unknown) => string): this;
  send(text: never): unknown;
}

/** Sends JSON text as it is: no serializer writes its numbers again. Nobody keeps it. */
export function sendResource<R extends Reply>(
  reply: R,
  { answerType }: { readonly answerType: string },
  text: string,
): R {
  reply
    .type(answerType)
    .header('cache-control', 'no-store')
    .serializer((given) => String(given))
    .send(text as never);
  return reply;
}

/** FHIR's tag of a version (https://hl7.org/fhir/R4/http.html#concurrency). */
export const weakTag = (version: number): string => `W/"${version}"`;
