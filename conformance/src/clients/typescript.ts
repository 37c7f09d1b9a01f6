import { createClient } from '@hey-api/openapi-ts';
import { readTree } from './generated-tree.js';
import type { OpenApiDocument } from '../docs/openapi-documents.js';
import type { ClientSource } from './services.js';

/** By this header a service takes a request that is sent twice once. */
const IDEMPOTENCY_KEY = 'idempotency-key';

/** Operations as methods of one class, types of what they take and answer, and a client on `fetch`. */
export async function generateTypeScript({
  document,
  file,
  outputDir,
  service: { name },
}: ClientSource): Promise<{ readonly files: ReadonlyMap<string, string> }> {
  await createClient({
    input: file,
    output: { path: outputDir, module: { extension: '.js' } },
    logs: { level: 'silent', file: false },
    plugins: [
      '@hey-api/typescript',
      { name: '@hey-api/client-fetch', throwOnError: true },
      {
        name: '@hey-api/sdk',
        responseStyle: 'data',
        operations: {
          strategy: 'single',
          containerName: `${name.charAt(0).toUpperCase()}${name.slice(1)}Operations`,
        },
      },
    ],
  });
  return { files: new Map([...readTree(outputDir).files, ['repeatable.gen.ts', repeatable(document)]]) };
}

/** What a client has to know while it runs, and the generator only writes into types. */
function repeatable({ paths }: OpenApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { parameters = [] }]) =>
        parameters.some(({ name }) => name.toLowerCase() === IDEMPOTENCY_KEY),
      )
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
  return [
    '// Generated with the other files of this folder.',
    '',
    '/** Operations that take an `Idempotency-Key`, as `POST /v1/records`. */',
    'export const REPEATABLE: ReadonlySet<string> = new Set<string>([',
    ...operations.sort().map((operation) => `  '${operation}',`),
    ']);',
    '',
  ].join('\n');
}
