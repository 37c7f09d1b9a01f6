import type { ServiceProgram } from '@careledger/network-definition';
import type { OpenApiDocument } from '../docs/openapi-documents.js';

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
  /** The document as a file. */
  readonly file: string;
  /** A folder that does not exist yet. */
  readonly outputDir: string;
}
