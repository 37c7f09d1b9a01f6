import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ProcessGroup,
  peakMemory,
  startCareledger,
  startEmbeddedNetwork,
  startNativeNetwork,
  type Careledger,
  type RunningNetwork,
} from '@careledger/supervisor';
import { RecordingError } from '../recording/problem.js';
import { readRecording } from '../recording/read-recording.js';
import { shiftIntoPast } from '../recording/shift.js';
import { DEMO_AUTHORITIES, DEMO_IDENTITIES } from './context.js';
import { onInterrupt } from './interrupt.js';
import { Narrator } from './narrator.js';
import { parseOptions, type DemoOptions } from './options.js';
import { summaryTable } from './summary.js';
import { tryItYourself } from './try-it.js';
import { walk } from './walk.js';

/** Runs the demo; resolves with the exit code: 0 only if everything held. */
export async function main(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  const narrator = new Narrator(options.json);
  const read = await readRecording(options.data, options).catch((error: unknown) => {
    if (error instanceof RecordingError) return error;
    throw error;
  });
  if (read instanceof RecordingError) {
    process.stderr.write(`demo: ${read.message}\n`);
    return 1;
  }
  const recording = shiftIntoPast(read, Date.now());
  narrator.say(
    `${recording.readingCount} readings of ${recording.subjects.size} people in ${recording.rowCount} rows of ${options.data}`,
  );
  const dir = mkdtempSync(join(tmpdir(), 'careledger-demo-'));
  const interrupted = onInterrupt();
  try {
    await using processes = new ProcessGroup();
    using memory = peakMemory(() => [process.pid, ...processes.pids()]);
    narrator.chapter('Start');
    await using running = await startNetwork(options.network, processes, dir);
    const { network } = running;
    narrator.say(`${options.network} network: channels authorities and cloud, both chaincodes on each`);
    let firstTransactionSeconds = 0;
    const careledger = await startCareledger({
      processes,
      network,
      dir,
      authorities: DEMO_AUTHORITIES,
      identities: DEMO_IDENTITIES,
      recordIntervalMs: options.intervalMs,
      onFirstTransaction: () => {
        firstTransactionSeconds = narrator.seconds;
        narrator.say('the first transaction is committed');
      },
    });
    narrator.say(`services: ${describe(careledger)}`);
    const work = walk({ careledger, network, recording, narrator });
    const outcome = await Promise.race([work, interrupted.promise]);
    if (outcome === 'interrupted') {
      work.catch(() => undefined); // what is under way fails as its services stop
      narrator.say('interrupted: stopping everything');
      return 130;
    }
    const { clinician, failures, people, sharing } = outcome;
    const summary = {
      ...outcome.summary,
      ...(options.network === 'native' && { first_transaction_s: firstTransactionSeconds }),
    };
    narrator.chapter('Summary');
    narrator.table(summaryTable(summary));
    for (const failure of failures) narrator.say(`FAILED ${failure}`);
    narrator.say(`peak memory of all processes: ${Math.round(memory.peakBytes / 1e6)} MB (PSS)`);
    if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
    if (options.keep) {
      // Whoever has revoked everything shows the hospital nothing.
      const [person = people[0]] = sharing;
      narrator.table(tryItYourself(careledger, { person, isShared: sharing.length > 0, clinician }));
      await interrupted.promise;
      narrator.say('stopping everything');
    }
    // Services before the network that they use.
    await processes.stop();
    return failures.length === 0 ? 0 : 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The network that was asked for; the process group stops an embedded one, a native one is taken down here. */
async function startNetwork(
  kind: DemoOptions['network'],
  processes: ProcessGroup,
  dir: string,
): Promise<AsyncDisposable & { readonly network: RunningNetwork }> {
  if (kind === 'native') {
    const network = await startNativeNetwork(join(dir, 'network'));
    return { network, [Symbol.asyncDispose]: () => network.clean() };
  }
  const network = await startEmbeddedNetwork(processes, join(dir, 'network'), join(dir, 'logs'));
  return { network, [Symbol.asyncDispose]: () => Promise.resolve() };
}

const describe = ({ authorities, gateway, identities, providers }: Careledger): string =>
  [...Object.values(providers), ...Object.values(authorities), ...Object.values(identities), gateway]
    .map(({ name, url }) => `${name} ${url}`)
    .join(', ');
