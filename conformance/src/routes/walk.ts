import type { OpenApiDocument, OpenApiOperation } from '../docs/openapi-documents.js';
import { exampleOf } from '../clients/example-of.js';
import type { JudgedService } from '../judges/judged-services.js';

/** A route of a service that runs, with ids that exist and the token of somebody who may call it. */
export interface WalkedRoute {
  /** `METHOD /path`, as the document has it. */
  readonly name: string;
  readonly method: string;
  readonly url: URL;
  /** Undefined where nobody in particular may call it. */
  readonly token: string | undefined;
  readonly operation: OpenApiOperation;
}

/** Every route that a service describes. */
export async function walkOf({ url, tokenOf, idsOf }: JudgedService): Promise<WalkedRoute[]> {
  const { paths } = (await (await fetch(new URL('/openapi.json', url))).json()) as OpenApiDocument;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method !== 'head')
      .map(([method, operation]) => {
        const name = `${method.toUpperCase()} ${path}`;
        return {
          ...{ name, method: method.toUpperCase(), operation },
          token: tokenOf(name),
          url: urlOf(url, path, operation, idsOf(name)),
        };
      }),
  );
}

function urlOf(
  base: string,
  path: string,
  { parameters = [] }: OpenApiOperation,
  ids: Readonly<Record<string, string | number>>,
): URL {
  const filled = path.replace(/\{(\w+)\}/g, (_match, name: string) => String(ids[name] ?? 'a'.repeat(32)));
  const url = new URL(filled, base);
  for (const { in: place, name, required = false, schema } of parameters)
    if (place === 'query' && required)
      url.searchParams.set(name, String(ids[name] ?? exampleOf(schema, name)));
  return url;
}
