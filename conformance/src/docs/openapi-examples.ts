import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { OpenApiDocument } from './openapi-documents.js';
import { withAbsoluteRefs } from './openapi-inline.js';

/** Of OpenAPI 3.1: a body of some media type, with its examples. */
interface MediaType {
  readonly schema?: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value?: unknown; readonly $ref?: string }>>;
}

/** Statuses whose answers need no example: any problem that no route names. */
const UNNAMED = 'default';
const DOCUMENT = 'document';

/**
 * What is wrong with the examples of a description: a request or an answer without one, a problem's code without one, and an
 * example that does not match its schema. Each begins with the operation and the place.
 */
export function exampleFaults(described: OpenApiDocument): string[] {
  const document = withAbsoluteRefs(described, DOCUMENT);
  // The document brings words of OpenAPI beside those of JSON Schema; schemas refer to its components.
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ ...document, $id: DOCUMENT });
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody, responses }]) => {
      const places = [
        ['request', requestBody?.content ?? {}, ''] as const,
        ...Object.entries(responses).map(
          ([status, { content = {}, description }]) => [status, content, description] as const,
        ),
      ];
      return places.flatMap(([place, content, description]) =>
        Object.entries(content as Record<string, MediaType>).flatMap(([type, media]) => {
          const at = `${method.toUpperCase()} ${path} ${place} ${type}`;
          const examples = examplesOf(document, media);
          const matches = validatorOf(ajv, media.schema ?? {});
          const faults = examples.flatMap(([name, value]) => faultsOf(ajv, matches, value, `${at} ${name}`));
          const missing = namesOf(description, type).filter(
            (code) => !examples.some(([name]) => name === code),
          );
          return [
            ...(examples.length === 0 && place !== UNNAMED ? [`${at}: no example`] : []),
            ...missing.map((code) => `${at}: no example of ${code}`),
            ...faults,
          ];
        }),
      );
    }),
  );
}

/** With their names. */
function examplesOf(
  { components }: OpenApiDocument,
  { example, examples = {} }: MediaType,
): (readonly [string, unknown])[] {
  const named = Object.entries(examples).map(([name, { value, $ref }]) => {
    const shared = $ref?.replace('#/components/examples/', '') ?? '';
    return [name, $ref === undefined ? value : components.examples[shared]?.value] as const;
  });
  return example === undefined ? named : [...named, ['example', example]];
}

/** Codes of problems that an answer's description names. */
const namesOf = (description: string, mediaType: string): string[] =>
  /problem\+json|fhir\+json/.test(mediaType)
    ? [...description.matchAll(/^`([A-Z0-9_]+)`:/gm)].map(([, code = '']) => code)
    : [];

/** Compiled once for each schema, and for those that are referred to once for all. */
function validatorOf(ajv: Ajv2020, schema: object): ValidateFunction {
  const shared = '$ref' in schema ? ajv.getSchema(String(schema.$ref)) : undefined;
  return shared ?? ajv.compile(schema);
}

function faultsOf(ajv: Ajv2020, matches: ValidateFunction, value: unknown, at: string): string[] {
  return matches(value) ? [] : [`${at}: ${ajv.errorsText(matches.errors)}`];
}
