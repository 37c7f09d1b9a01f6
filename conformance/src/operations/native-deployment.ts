import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ApiClient } from '@careledger/examples';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../../../network/runners/bin/careledger-native.js', import.meta.url));

/** How a command fails that was asked to answer in JSON. */
const Refusal = Type.Object({ error: Type.Object({ code: Type.String(), message: Type.String() }) });
const Ended = Type.Object({ stdout: Type.String() });

const Ledgers = Type.Object({
  ledgers: Type.Array(
    Type.Object({ peer: Type.String(), channel: Type.String(), height: Type.Integer(), head: Type.String() }),
  ),
  orderers: Type.Array(
    Type.Object({ orderer: Type.String(), channel: Type.String(), height: Type.Integer() }),
  ),
});
/** Height and head of every channel at every peer, height at every orderer. */
export type Ledgers = Static<typeof Ledgers>;

const Backup = Type.Object({ files: Type.Integer(), bytes: Type.Integer(), haltedMs: Type.Integer() });
const Processes = Type.Object({
  processes: Type.Array(Type.Object({ name: Type.String(), pid: Type.Integer(), running: Type.Boolean() })),
});
const Findings = Type.Array(Type.Object({ problem: Type.String(), mend: Type.String() }));
const Credentials = Type.Array(
  Type.Object({ url: Type.String(), tokens: Type.Record(Type.String(), Type.String()) }),
);

/** A native network with its services, by the commands that operators have. */
export class NativeDeployment {
  constructor(readonly dir: string) {}

  /** Starts the small profile with services, beside what else may run on this machine. */
  async start(portOffset: number): Promise<void> {
    await this.#call('up', '--profile', 'small', '--port-offset', String(portOffset), '--services');
  }

  async ledgers(): Promise<Ledgers> {
    const { ledgers, orderers } = Value.Parse(Ledgers, Value.Clean(Ledgers, await this.#call('status')));
    return { ledgers, orderers };
  }

  /** Names of the processes that were started, with their process IDs; of those that have ended, undefined. */
  async processes(): Promise<Map<string, number | undefined>> {
    // Status 1 where one has ended: what it found stands on standard output all the same.
    const { processes } = Value.Parse(Processes, Value.Clean(Processes, await this.#call('status')));
    return new Map(processes.map(({ name, pid, running }) => [name, running ? pid : undefined]));
  }

  /** What the doctor finds wrong. */
  async findings(): Promise<Static<typeof Findings>> {
    return Value.Parse(Findings, await this.#call('doctor'));
  }

  async addOrganization(mspId: string): Promise<void> {
    await this.#call('add-org', mspId);
  }

  async removeOrganization(mspId: string): Promise<void> {
    await this.#call('remove-org', mspId, '--yes');
  }

  async rotate(node: string): Promise<void> {
    await this.#call('rotate', node);
  }

  /** Starts what does not run. */
  async up(): Promise<void> {
    await this.#call('up');
  }

  async backup(folder: string): Promise<Static<typeof Backup>> {
    return Value.Parse(Backup, await this.#call('backup', folder));
  }

  async restore(folder: string): Promise<void> {
    await this.#call('restore', folder);
  }

  /** Ends every process and deletes all that they kept. */
  async destroy(): Promise<void> {
    await this.#call('clean', '--yes');
  }

  /** PEM of the authorities that clients have to trust. */
  async trust(): Promise<string> {
    return Value.Parse(Type.Object({ pem: Type.String() }), await this.#call('trust')).pem;
  }

  /** The door of a service for one who holds a token there. */
  async door(service: string, holder: string): Promise<ApiClient> {
    const [credentials] = Value.Parse(Credentials, await this.#call('credentials', service));
    const token = credentials?.tokens[holder];
    if (credentials === undefined || token === undefined)
      throw new Error(`${holder} has no token at ${service}`);
    return new ApiClient(credentials.url, token);
  }

  async #call(...args: readonly string[]): Promise<unknown> {
    const { stdout } = await run(process.execPath, [PROGRAM, '--dir', this.dir, '--json', ...args]).catch(
      (error: unknown) => {
        // `status` and `doctor` end with 1 when something is wrong, and say what in the same form.
        if (Value.Check(Ended, error) && !Value.Check(Refusal, JSON.parse(error.stdout))) return error;
        throw error;
      },
    );
    return JSON.parse(stdout);
  }
}
