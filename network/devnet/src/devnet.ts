import type { ModuleProcess } from './chaincode/host/module-process.js';
import type { DevnetOptions } from './config/options.js';
import type { ConnectionProfile } from './connection-profile.js';
import { identityFolder, issueIdentity } from './identity/organisation-store.js';
import type { IdentityRequest, IssuedIdentity } from './identity/organisation-store.js';
import type { Log } from './log.js';
import { Starter } from './starter.js';

/** A running devnet. */
export class Devnet {
  readonly #stack: AsyncDisposableStack;
  readonly #modules: readonly ModuleProcess[];

  private constructor(
    readonly dir: string,
    /** What `DIR/connection.json` holds. */
    readonly connection: ConnectionProfile,
    stack: AsyncDisposableStack,
    modules: readonly ModuleProcess[],
  ) {
    this.#stack = stack;
    this.#modules = modules;
  }

  /**
   * Starts a devnet from options that have been validated; resolves when `module:` chaincodes have registered.
   * @param modules the processes of these chaincodes, already on their way up
   */
  static async start(options: DevnetOptions, modules: readonly ModuleProcess[], log: Log): Promise<Devnet> {
    await using stack = new AsyncDisposableStack();
    for (const each of modules) stack.defer(() => each.close());
    const starter = new Starter(options, modules, log, stack);
    const connection = await starter.run();
    return new Devnet(starter.dir, connection, stack.move(), modules);
  }

  /** Folder with `cert.pem` and `key.pem` of an identity: `admin`, `user`, or the name of an issued one. */
  identityFolder(mspId: string, name = 'user'): string {
    return identityFolder(this.dir, mspId, name);
  }

  /** Issues a further identity, with Fabric attributes if wanted. */
  issueIdentity(request: Omit<IdentityRequest, 'dir'>): Promise<IssuedIdentity> {
    return issueIdentity({ dir: this.dir, ...request });
  }

  /** Process id of each `module:` chaincode that runs, by the module's path. */
  get chaincodePids(): ReadonlyMap<string, number> {
    const running = this.#modules.flatMap(({ path, pid }) =>
      pid === undefined ? [] : [[path, pid] as const],
    );
    return new Map(running);
  }

  /** Stops taking requests, commits what was accepted, and closes everything. */
  async close(): Promise<void> {
    await this.#stack.disposeAsync();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
