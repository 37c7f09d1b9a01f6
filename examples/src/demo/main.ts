import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Family, startCareledger, startEmbeddedNetwork, type Careledger } from '@careledger/supervisor';
import { readRecording } from '../recording/csv.js';
import { shiftIntoPast } from '../recording/shift.js';
import { Narrator } from './narrator.js';
import { parseOptions } from './options.js';
import { summaryTable } from './summary.js';
import { tryItYourself } from './try-it.js';
import { walk } from './walk.js';

/** Runs the demo; resolves with the exit code: 0 only if everything held. */
export async function main(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  const narrator = new Narrator(options.json);
  const recording = shiftIntoPast(await readRecording(options.data), Date.now());
  narrator.say(
    `${recording.readingCount} readings of ${recording.subjects.size} people in ${recording.rowCount} rows of ${options.data}`,
  );
  const dir = mkdtempSync(join(tmpdir(), 'careledger-demo-'));
  const interrupted = onInterrupt();
  try {
    await using family = new Family([process.pid]);
    narrator.chapter('Start');
    const network = await startEmbeddedNetwork(family, join(dir, 'network'), join(dir, 'logs'));
    narrator.say('embedded network: channels authorities and cloud, seven organisations, both chaincodes');
    const careledger = await startCareledger({ family, network, dir, recordIntervalMs: options.intervalMs });
    narrator.say(`services: ${describe(careledger)}`);
    const work = walk({ careledger, network, recording, narrator });
    const outcome = await Promise.race([work, interrupted.promise]);
    if (outcome === 'interrupted') {
      work.catch(() => undefined); // what is under way fails as its services stop
      narrator.say('interrupted: stopping everything');
      return 130;
    }
    const { failures, people, summary } = outcome;
    narrator.chapter('Summary');
    narrator.table(summaryTable(summary));
    for (const failure of failures) narrator.say(`FAILED ${failure}`);
    narrator.say(`peak memory of all processes: ${Math.round(family.peakPssBytes / 1e6)} MB (PSS)`);
    if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
    if (options.keep) {
      narrator.table(tryItYourself(careledger, people));
      await interrupted.promise;
      narrator.say('stopping everything');
    }
    return failures.length === 0 ? 0 : 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const describe = ({ authorities, gateway, providers }: Careledger): string =>
  [...Object.values(providers), ...Object.values(authorities), gateway]
    .map(({ name, url }) => `${name} ${url}`)
    .join(', ');

/** Ctrl-C or SIGTERM, once; whoever waits decides what to stop. */
function onInterrupt(): { readonly promise: Promise<'interrupted'> } {
  const { promise, resolve } = Promise.withResolvers<'interrupted'>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve('interrupted'));
  return { promise };
}
