import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Careledger, ProcessGroup } from '@careledger/supervisor';
import { LedgerView } from '../demo/ledger-view.js';
import { onInterrupt } from '../demo/interrupt.js';
import { Narrator } from '../demo/narrator.js';
import { drain } from '../demo/scenarios.js';
import { tryItYourself } from '../demo/try-it.js';
import { sendReadings } from '../dev/home.js';
import { claimProcesses, logFolder, startLocal } from '../dev/start.js';
import { clinicianAt, type Clinician } from '../sign-in/clinician.js';
import { inspectNotices, type InspectedNotice } from './inspector.js';
import { noticeLine } from './notice-line.js';
import { parseSandboxOptions, type SandboxOptions } from './options.js';
import { enrolPeople, type SandboxPeople } from './people.js';
import { writeVariables } from './variables.js';

const AUTHORITY_WIDTH = 9;

/** Everything with demo data, and a line per notice, until Ctrl-C. */
export async function main(argv: readonly string[]): Promise<void> {
  const options = parseSandboxOptions(argv);
  const narrator = new Narrator(options.json);
  const interrupted = onInterrupt();
  await using ending = new AsyncDisposableStack();
  const processes = claimProcesses(ending, options.dir);
  const stop = new AbortController();
  ending.defer(() => stop.abort());
  const show = (notice: InspectedNotice): void => {
    if (options.json)
      process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...notice })}\n`);
    else narrator.say(`${notice.authority.padEnd(AUTHORITY_WIDTH)} ${noticeLine(notice)}`);
  };
  const starting = start(processes, options, { narrator, show, signal: stop.signal });
  const started = await Promise.race([starting, interrupted.promise]);
  if (started === 'interrupted') {
    starting.catch(() => undefined); // what is under way fails as its processes stop
    return;
  }
  const { careledger, clinician, people, running, files } = started;
  narrator.table(tryItYourself(careledger, { person: people.sharing, isShared: true, clinician }));
  narrator.table(
    [
      '',
      `Another patient, ${people.unshared.patientId}, has granted nobody anything yet: the tour in docs/integrators.md`,
      `begins there. In another terminal, here: source ${files.variables}`,
      `Logs are in ${logFolder(options.dir)}. From now on, a line for each notice that reaches an authority:`,
      '',
    ].join('\n'),
  );
  await Promise.race([interrupted.promise, running]);
  narrator.say('stopping everything');
}

interface Beginning {
  readonly narrator: Narrator;
  readonly show: (notice: InspectedNotice) => void;
  /** Ends devices and inspector. */
  readonly signal: AbortSignal;
}

interface Sandbox {
  readonly careledger: Careledger;
  readonly people: SandboxPeople;
  /** Who may sign in at the hospital. */
  readonly clinician: Clinician | undefined;
  /** Devices and inspector; rejects when one fails. */
  readonly running: Promise<unknown>;
  readonly files: { readonly variables: string };
}

async function start(
  processes: ProcessGroup,
  { dir, every, interval }: SandboxOptions,
  { narrator, show, signal }: Beginning,
): Promise<Sandbox> {
  const say = (line: string): void => narrator.say(line);
  const { careledger, network } = await startLocal(processes, { dir, interval, say });
  const inspecting = inspectNotices(careledger, signal, show);
  const clinician = await clinicianAt(careledger);
  const people = await enrolPeople(careledger, clinician);
  say('two patients have keys, a private chain and a paired device; one lets the hospital read');
  const all = [people.sharing, people.unshared];
  const due = all.reduce((sum, { rows }) => sum + rows.length, 0);
  const { promise: isStored, resolve: onStored } = Promise.withResolvers<void>();
  let answered = 0;
  const onAnswer = (): void => {
    answered += 1;
    narrator.progress(() => `${answered} frames acknowledged`);
    if (answered === due) onStored();
  };
  const sending = all.map(({ device, rows }) =>
    sendReadings(device, { history: rows, everyMs: every, signal, say, onAnswer }),
  );
  const running = Promise.race([inspecting, ...sending]);
  await Promise.race([isStored, running]);
  await drain({ careledger, narrator, people: all });
  say(`${due} frames signed by devices, chained, and made into records that are on both ledgers`);
  const files = { variables: resolve(dir, 'env.sh'), trustRoots: resolve(dir, 'trust-roots.json') };
  using view = new LedgerView(network);
  const roots = await view.trustRoots(1 + Object.keys(careledger.authorities).length);
  writeFileSync(files.trustRoots, `${JSON.stringify(roots, undefined, 2)}\n`);
  writeVariables(files.variables, careledger, people.unshared, files.trustRoots);
  return { careledger, clinician, people, running, files };
}
