import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { cpuTimeMs, peakResidentBytes } from '@careledger/supervisor';
import { BenchError } from '../../errors.js';
import { WORKSPACE } from '../../run/folder.js';
import { ask } from '../asking.js';
import type { FhirSide } from './side.js';

/** Names the version of HAPI. */
export const HAPI_POM = join(WORKSPACE, 'bench/hapi/pom.xml');
const MAIN = 'careledger.FhirServer';
/** As much as it takes for the database's cache, which H2 makes of a share of it. */
const JAVA_FLAGS = ['-Xmx2g', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'];
const run = promisify(execFile);

/** HAPI FHIR's JPA server (bench/hapi) with its database in a folder. */
export class HapiServer implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(
    child: ChildProcess,
    readonly url: string,
  ) {
    this.#child = child;
  }

  /**
   * Compiles it, Maven fetching what it needs, and resolves once it serves.
   * @throws BenchError `NOT_HERE` where Java or Maven is not, `WORKER_FAILED`
   */
  static async start(folder: string): Promise<HapiServer> {
    await requirePrograms();
    const built = join(folder, 'built');
    const classpath = join(built, 'classpath');
    mkdirSync(built, { recursive: true });
    await run('mvn', [
      ...['-q', '-B', '-f', HAPI_POM, `-Dbench.directory=${built}`, `-Dmdep.outputFile=${classpath}`],
      ...['compile', 'dependency:build-classpath'],
    ]);
    const classes = [join(built, 'classes'), readFileSync(classpath, 'utf8').trim()].join(':');
    const child = spawn('java', [...JAVA_FLAGS, '-cp', classes, MAIN, join(folder, 'database')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    process.once('exit', () => child.kill());
    child.stderr.pipe(createWriteStream(join(folder, 'hapi.log')));
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('{')) return new HapiServer(child, (JSON.parse(line) as { url: string }).url);
    }
    throw new BenchError('WORKER_FAILED', `HAPI's server ended before it served: see ${folder}/hapi.log`);
  }

  /** With these patients, whom it has to know. @param patients ids */
  async side(patients: readonly string[]): Promise<FhirSide> {
    const asked = { url: this.url, headers: {} };
    const entry = patients.map((id) => ({
      ...{ resource: { resourceType: 'Patient', id }, request: { method: 'PUT', url: `Patient/${id}` } },
    }));
    await ask(asked, '', { resourceType: 'Bundle', type: 'transaction', entry });
    const pid = this.#child.pid ?? 0;
    const cpuMs = () => cpuTimeMs(pid);
    return {
      ...{ name: 'HAPI', asked, creating: {}, patients, cpuMs, wholeCpuMs: cpuMs },
      peakBytes: () => peakResidentBytes(pid),
      settled: async () => undefined,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill();
    await once(this.#child, 'exit');
  }
}

async function requirePrograms(): Promise<void> {
  try {
    await run('mvn', ['-v']);
    await run('java', ['-version']);
  } catch (cause) {
    throw new BenchError('NOT_HERE', "HAPI's server is not here: it takes Java 17 and Maven", { cause });
  }
}
