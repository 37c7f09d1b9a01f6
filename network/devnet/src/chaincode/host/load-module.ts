import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Grpc from '@grpc/grpc-js';
import type { peer } from '@hyperledger/fabric-protos';

/** A shim chaincode: an object with Init and Invoke. */
interface ShimChaincode {
  Init(stub: unknown): Promise<unknown>;
  Invoke(stub: unknown): Promise<unknown>;
}

type Serializers = { readonly transaction: string; readonly serializers: Record<string, unknown> };
type ContractClass = new () => unknown;

/** What a chaincode module may export; `default` holds it for CommonJS. */
interface ChaincodeModule {
  readonly contracts?: readonly ContractClass[];
  readonly chaincode?: ShimChaincode;
  readonly serializers?: Serializers;
  readonly default?: ChaincodeModule | ContractClass;
}

/** The libraries that serve a module: its own fabric-shim, so that its classes are the shim's classes. */
export interface ShimLibraries {
  readonly grpc: typeof Grpc;
  readonly peer: typeof peer;
  /** Serves one chat with a peer. */
  connect(chaincode: ShimChaincode, packageId: string): (stream: unknown) => void;
}

interface ShimModule {
  server(
    chaincode: ShimChaincode,
    options: { ccid: string; address: string },
  ): { connect(stream: unknown): void };
}

type ContractRouter = new (
  contracts: ContractClass[],
  serializers: Serializers,
  metadata: object,
  title: string,
  version: string,
) => ShimChaincode;

/** A chaincode that is ready to be served. */
export interface LoadedChaincode {
  readonly chaincode: ShimChaincode;
  readonly libraries: ShimLibraries;
}

async function entryOf(path: string): Promise<string> {
  const absolute = resolve(path);
  if (!(await stat(absolute)).isDirectory()) return absolute;
  const { main = 'index.js' } = JSON.parse(await readFile(join(absolute, 'package.json'), 'utf8')) as {
    main?: string;
  };
  return join(absolute, main);
}

function shimFor(entry: string): NodeJS.Require {
  // A module outside this workspace brings its own shim; otherwise ours serves it.
  const own = createRequire(entry);
  try {
    return createRequire(own.resolve('fabric-shim'));
  } catch {
    // Not found from there (a bundled chaincode, say).
    return createRequire(createRequire(import.meta.url).resolve('fabric-shim'));
  }
}

function exportsOf(loaded: ChaincodeModule): ChaincodeModule {
  const inner = loaded.default;
  if (loaded.contracts || loaded.chaincode || inner === undefined) return loaded;
  return typeof inner === 'function' ? { contracts: [inner] } : inner;
}

/**
 * Loads a chaincode module: an ES or CommonJS file, or a folder with a package.json. It exports `contracts`
 * (classes of fabric-contract-api), or `chaincode` (an object with Init and Invoke).
 * @throws Error when it exports neither
 */
export async function loadChaincode(path: string): Promise<LoadedChaincode> {
  const entry = await entryOf(path);
  const require = shimFor(entry);
  const found = exportsOf((await import(pathToFileURL(entry).href)) as ChaincodeModule);
  const shim = require('fabric-shim') as ShimModule;
  const libraries: ShimLibraries = {
    grpc: require('@grpc/grpc-js') as typeof Grpc,
    peer: (require('@hyperledger/fabric-protos') as { peer: typeof peer }).peer,
    connect: (chaincode, packageId) => {
      // The shim's own server cannot say which free port it was given, so only its half of a chat is used.
      const server = shim.server(chaincode, { ccid: packageId, address: 'unused' });
      return (stream) => server.connect(stream);
    },
  };
  if (found.chaincode) return { chaincode: found.chaincode, libraries };
  if (!found.contracts) throw new Error(`${path} exports neither \`contracts\` nor \`chaincode\``);
  const Router = require('fabric-shim/lib/contract-spi/chaincodefromcontract') as ContractRouter;
  const { JSONSerializer } = require('fabric-contract-api') as { JSONSerializer: unknown };
  const serializers = {
    transaction: found.serializers?.transaction ?? 'jsonSerializer',
    serializers: { ...found.serializers?.serializers, jsonSerializer: JSONSerializer },
  };
  return { chaincode: new Router([...found.contracts], serializers, {}, path, '1.0.0'), libraries };
}
