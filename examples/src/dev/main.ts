import { join } from 'node:path';
import { devNetworkFolder } from '@careledger/network-definition';
import {
  ProcessGroup,
  type Careledger,
  restartOnChange,
  startCareledger,
  startEmbeddedNetwork,
} from '@careledger/supervisor';
import { DEMO_AUTHORITIES } from '../demo/context.js';
import { onInterrupt } from '../demo/interrupt.js';
import { Narrator } from '../demo/narrator.js';
import { tryItYourself } from '../demo/try-it.js';
import { claimFolder } from './folder.js';
import { enrolAtHome, sendReadings } from './home.js';
import { parseDevOptions } from './options.js';

/** Runs everything until Ctrl-C, and restarts what changes. */
export async function main(argv: readonly string[]): Promise<void> {
  const { compile, dir, every, interval } = parseDevOptions(argv);
  const narrator = new Narrator(false);
  const say = (line: string) => narrator.say(line);
  const interrupted = onInterrupt();
  await using ending = new AsyncDisposableStack();
  ending.use(claimFolder(dir));
  const processes = ending.use(new ProcessGroup([process.pid], { detached: true }));
  const starting = (async () => {
    const network = await startEmbeddedNetwork(processes, devNetworkFolder(dir), join(dir, 'logs'));
    say('the embedded network runs');
    const careledger = await startCareledger({
      processes,
      network,
      dir,
      recordIntervalMs: interval,
      authorities: DEMO_AUTHORITIES,
    });
    say('the services run');
    return { careledger, person: await enrolAtHome(careledger) };
  })();
  const started = await Promise.race([starting, interrupted.promise]);
  if (started === 'interrupted') {
    starting.catch(() => undefined); // what is under way fails as its processes stop
    return;
  }
  const { careledger, person } = started;
  const sending = new AbortController();
  ending.defer(() => sending.abort());
  const { promise: answered, resolve: onAnswer } = Promise.withResolvers<void>();
  const feed = sendReadings(person.device, { everyMs: every, signal: sending.signal, say, onAnswer });
  // What is printed below has something to show then.
  await Promise.race([answered, interrupted.promise, feed]);
  ending.use(restartOnChange({ processes, careledger, compile, say }));
  narrator.table(tryItYourself(careledger, { person, isShared: true }));
  narrator.table(`Processes: ${pidsOf(processes, careledger)}.`);
  narrator.table(`Logs are in ${join(dir, 'logs')}; \`make console\` is a prompt on the ledger.`);
  await Promise.race([interrupted.promise, feed]);
  say('stopping everything');
}

/** For debuggers. */
const pidsOf = (processes: ProcessGroup, { authorities, gateway, providers }: Careledger): string =>
  ['devnet', ...[gateway, ...Object.values(authorities), ...Object.values(providers)].map(({ name }) => name)]
    .map((name) => `${name} ${processes.child(name).pid}`)
    .join(', ');
