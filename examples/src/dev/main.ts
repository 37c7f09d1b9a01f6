import { restartOnChange, type Careledger, type ProcessGroup } from '@careledger/supervisor';
import { onInterrupt } from '../demo/interrupt.js';
import { Narrator } from '../demo/narrator.js';
import { tryItYourself } from '../demo/try-it.js';
import { clinicianAt } from '../sign-in/clinician.js';
import { enrolAtHome, sendReadings } from './home.js';
import { parseDevOptions } from './options.js';
import { claimProcesses, logFolder, startLocal } from './start.js';

/** Runs everything until Ctrl-C, and restarts what changes. */
export async function main(argv: readonly string[]): Promise<void> {
  const { compile, dir, every, interval } = parseDevOptions(argv);
  const narrator = new Narrator(false);
  const say = (line: string) => narrator.say(line);
  const interrupted = onInterrupt();
  await using ending = new AsyncDisposableStack();
  const processes = claimProcesses(ending, dir);
  const starting = (async () => {
    const { careledger } = await startLocal(processes, { dir, interval, say });
    const clinician = await clinicianAt(careledger);
    return { careledger, clinician, person: await enrolAtHome(careledger, clinician) };
  })();
  const started = await Promise.race([starting, interrupted.promise]);
  if (started === 'interrupted') {
    starting.catch(() => undefined); // what is under way fails as its processes stop
    return;
  }
  const { careledger, clinician, person } = started;
  const sending = new AbortController();
  ending.defer(() => sending.abort());
  const { promise: answered, resolve: onAnswer } = Promise.withResolvers<void>();
  const feed = sendReadings(person.device, { everyMs: every, signal: sending.signal, say, onAnswer });
  // What is printed below has something to show then.
  await Promise.race([answered, interrupted.promise, feed]);
  ending.use(restartOnChange({ processes, careledger, compile, say }));
  narrator.table(tryItYourself(careledger, { person, isShared: true, clinician }));
  narrator.table(`Processes: ${pidsOf(processes, careledger)}.`);
  narrator.table(`Logs are in ${logFolder(dir)}; \`make console\` is a prompt on the ledger.`);
  await Promise.race([interrupted.promise, feed]);
  say('stopping everything');
}

/** For debuggers. */
const pidsOf = (processes: ProcessGroup, { authorities, gateway, providers }: Careledger): string =>
  ['devnet', ...[gateway, ...Object.values(authorities), ...Object.values(providers)].map(({ name }) => name)]
    .map((name) => `${name} ${processes.child(name).pid}`)
    .join(', ');
