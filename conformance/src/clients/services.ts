import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceProgram } from '@careledger/network-definition';
import type { OpenApiDocument } from '../docs/openapi-documents.js';

/** What the services say of themselves. */
export type Documents = ReadonlyMap<ServiceProgram, OpenApiDocument>;

/** A service as its clients know it. */
export interface ClientService {
  readonly program: ServiceProgram;
  /** Name of folders and modules. */
  readonly name: 'gateway' | 'authority' | 'provider';
}

/** The services that have clients, in the order in which readers meet them. */
export const CLIENTS: readonly ClientService[] = [
  { program: 'gateway', name: 'gateway' },
  { program: 'api', name: 'authority' },
  { program: 'cloud', name: 'provider' },
];

/** What a client is generated from. */
export interface ClientSource {
  readonly service: ClientService;
  readonly document: OpenApiDocument;
}

/** The same with the document as a file, in a folder that is there for a while. */
export interface ClientSourceFile extends ClientSource {
  readonly file: string;
  readonly dir: string;
}

/** @throws RangeError where a service has no document */
export const sourcesOf = (documents: Documents): ClientSource[] =>
  CLIENTS.map((service) => {
    const document = documents.get(service.program);
    if (document === undefined) throw new RangeError(`No document of ${service.program}`);
    return { service, document };
  });

/** Generators are other people's programs, which read files. */
export async function withDocumentFiles<T>(
  documents: Documents,
  use: (sources: readonly ClientSourceFile[]) => Promise<T>,
): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'careledger-clients-'));
  try {
    const sources = sourcesOf(documents).map((source) => ({
      ...source,
      dir,
      file: join(dir, `${source.service.name}.json`),
    }));
    for (const { document, file } of sources) await writeFile(file, JSON.stringify(document));
    return await use(sources);
  } finally {
    await rm(dir, { recursive: true });
  }
}
