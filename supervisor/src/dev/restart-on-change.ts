import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ProcessGroup } from '../process-group.js';
import type { Careledger } from '../stack/careledger.js';
import { watchCompiled } from './compiled.js';
import { Compiler } from './compiler.js';
import { ROOT, packagesBehind } from './packages.js';
import { Restarter, type Restartable } from './restarter.js';

const run = promisify(execFile);

export interface RestartOnChangeOptions {
  /** Processes of an embedded network and of the services on it. */
  readonly processes: ProcessGroup;
  readonly careledger: Careledger;
  /** Compile what is edited; otherwise somebody else does, such as an editor. */
  readonly compile: boolean;
  readonly say: (line: string) => void;
}

/**
 * Restarts services and the embedded network when their compiled code, or that of a package they need, changes. Ports,
 * ledgers and stores stay. Dispose of what it returns before the processes are stopped.
 */
export function restartOnChange({
  careledger,
  compile,
  processes,
  say,
}: RestartOnChangeOptions): AsyncDisposable {
  const serviceOf =
    (folder: string) =>
    ({ name }: { readonly name: string }): Restartable => ({
      child: processes.child(name),
      packages: packagesBehind(folder),
    });
  const compiler = compile ? new Compiler(say) : undefined;
  const restarter = new Restarter({
    processes: [
      {
        child: processes.child('devnet'),
        packages: packagesBehind('network/devnet', 'chaincode/host'),
        prepare: bundleChaincode,
      },
      ...Object.values(careledger.providers).map(serviceOf('cloud-service')),
      ...Object.values(careledger.identities).map(serviceOf('identity')),
      ...Object.values(careledger.authorities).map(serviceOf('api')),
      serviceOf('gateway-service')(careledger.gateway),
    ],
    compiled: () => compiler?.compiled() ?? Promise.resolve(true),
    say,
  });
  const watching = new AbortController();
  watchCompiled(restarter.packages, watching.signal, (folder) => restarter.changed(folder));
  return {
    async [Symbol.asyncDispose]() {
      watching.abort();
      await compiler?.[Symbol.asyncDispose]();
      await restarter.stop();
    },
  };
}

/** The network loads bundles of what is compiled. */
async function bundleChaincode(): Promise<void> {
  await run('npm', ['run', '--silent', 'bundle:modules', '-w', 'chaincode/host'], { cwd: ROOT });
}
