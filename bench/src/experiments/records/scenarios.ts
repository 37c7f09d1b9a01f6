import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LOINC } from '@careledger/clinical';
import { enrolAtHome, replay, type Person } from '@careledger/examples';
import { OtlpReceiver, type ReceivedSpan } from '@careledger/service-kit/otlp-receiver';
import { ProcessGroup, type Careledger } from '@careledger/supervisor';
import { BenchError } from '../../errors.js';
import { VERY_LOW } from '../../readings.js';
import { shown } from '../../report/number.js';
import { median } from '../../run/statistics.js';
import { startServices } from '../../services/start.js';
import { valueAt, type Experiment, type Figure } from '../experiment.js';

const ENDPOINT_VARIABLE = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const RUNS = { quick: 2, full: 15 };
/** Receipts and other work of the round before have an end. */
const PAUSE_MS = 2_000;
const VISIT_AGO_MS = 60_000;
const NS_PER_MS = 1e6;
const MS_LABEL = 'from the beginning (ms)';

/** A point that a scenario reaches: when the first span of this name, of services of this kind, ends. */
interface Milestone {
  readonly name: string;
  readonly service: RegExp;
  readonly span: string;
}

const COLLECT: readonly Milestone[] = [
  { name: 'frame on disk', service: /^gateway/, span: 'receive frame' },
  { name: 'record made', service: /^gateway/, span: 'make record' },
  { name: 'notice at hospital', service: /^aut_/, span: 'POST /v1/emergency-notices' },
  { name: 'stored, on cloud', service: /^gateway/, span: 'store record' },
  { name: 'on authorities', service: /^gateway/, span: 'announce record' },
];
const ACCESS: readonly Milestone[] = [
  { name: 'permit on cloud', service: /^prv_/, span: 'POST /v1/access-requests' },
  { name: 'opened', service: /^aut_/, span: 'GET /v1/records/:recordId' },
  { name: 'receipt', service: /^prv_/, span: 'POST /v1/receipts' },
];
const VISIT: readonly Milestone[] = [
  { name: 'on authorities and cloud', service: /^aut_/, span: 'carry on visit' },
  { name: 'answered', service: /^aut_/, span: 'POST /v1/visits' },
];

/** How long the paper's three scenarios take, and where. */
export const scenarios: Experiment = {
  name: 'scenarios',
  title: 'The three scenarios, stage by stage',
  what: `Time from the beginning of each scenario to its stages, on the embedded network with all services: an emergency from
    its frame's arrival at the gateway, a hospital's request for that record, a visit that it records. The times are those of the
    traces that the services write, one scenario at a time.`,
  async run({ folder, quick, progress }) {
    progress('scenarios: the network and the services start');
    const dir = join(folder, 'scenarios');
    await using receiver = await OtlpReceiver.start();
    process.env[ENDPOINT_VARIABLE] = receiver.endpoint;
    try {
      await using processes = new ProcessGroup();
      const { careledger } = await startServices(processes, dir, { authorities: ['hospital'] });
      return await figuresOf(careledger, receiver, { runs: quick ? RUNS.quick : RUNS.full, progress });
    } finally {
      Reflect.deleteProperty(process.env, ENDPOINT_VARIABLE);
    }
  },
  meaning(figures) {
    const at = (figure: string, stage: string) => shown(valueAt(figures, figure, 'median', stage));
    return `An emergency is on disk after ${at('scenario-collect', 'frame on disk')} ms and at the hospital after
      ${at('scenario-collect', 'notice at hospital')} ms, while the ledgers have it after
      ${at('scenario-collect', 'on authorities')} ms: the direct way does not wait for them, and they make it undeniable. A
      request is answered after ${at('scenario-access', 'opened')} ms, nearly all of it the two organisations' decision and the
      block that writes it down before a byte is released; the receipt follows by itself.`;
  },
};

interface Runs {
  readonly runs: number;
  progress(line: string): void;
}

async function figuresOf(
  careledger: Careledger,
  receiver: OtlpReceiver,
  { runs, progress }: Runs,
): Promise<Figure[]> {
  const times = { collect: [] as number[][], access: [] as number[][], visit: [] as number[][] };
  for (let run = 0; run <= runs; run++) {
    progress(`scenarios: round ${run} of ${runs}`);
    // One patient for each: an emergency that goes on is no new one.
    const person = await enrolAtHome(careledger);
    const collected = await collect(person, receiver);
    const [newest] = (await person.api.listPatientRecords({ path: { patientId: person.patientId } })).records;
    if (newest === undefined) throw new BenchError('MEASURE_INVALID', 'An emergency has made no record');
    await delay(PAUSE_MS);
    const read = `/v1/records/${newest.recordId}?patientId=${person.patientId}`;
    const accessed = await asked(careledger, receiver, { path: read, milestones: ACCESS });
    await delay(PAUSE_MS);
    const at = new Date(Date.now() - VISIT_AGO_MS).toISOString();
    const body = { patientId: person.patientId, at, data: { reason: 'Check-up' } };
    const visited = await asked(careledger, receiver, { path: '/v1/visits', body, milestones: VISIT });
    // The first round is not counted: until the code is compiled.
    if (run === 0) continue;
    times.collect.push(collected);
    times.access.push(accessed);
    times.visit.push(visited);
  }
  return [
    figure('scenario-collect', 'Scenario 1: an emergency is collected', COLLECT, times.collect),
    figure('scenario-access', 'Scenario 2: a hospital reads the record', ACCESS, times.access),
    figure('scenario-visit', 'Scenario 3: a visit is recorded', VISIT, times.visit),
  ];
}

function figure(
  name: string,
  title: string,
  stages: readonly Milestone[],
  runs: readonly number[][],
): Figure {
  const points = stages.map((stage, index) => ({
    ...{ x: stage.name, runs: runs.length },
    y: median(runs.map((run) => run[index] ?? Number.NaN)),
  }));
  const x = { label: 'stage', scale: 'category' } as const;
  return { name, title, x, y: { label: MS_LABEL, scale: 'linear' }, series: [{ name: 'median', points }] };
}

/** An emergency at home. Returns the times of its stages, milliseconds. */
async function collect({ device, subject }: Person, receiver: OtlpReceiver): Promise<number[]> {
  const known = new Set(receiver.spans.map(({ traceId }) => traceId));
  const timeMs = Date.now();
  const t = new Date(timeMs).toISOString();
  const reading = { t, code: LOINC.interstitialGlucose, value: VERY_LOW, unit: 'mg/dL' };
  await replay([{ device, rows: [{ subject, timeMs, readings: [reading] }] }]);
  const due = await receiver.next(({ name, traceId }) => name === 'record due' && !known.has(traceId));
  return stagesOf(receiver, due.traceId, COLLECT);
}

interface Asked {
  readonly path: string;
  /** Of a POST. */
  readonly body?: object;
  readonly milestones: readonly Milestone[];
}

/** A request of the hospital's, with a trace of its own. Returns the times of its stages, milliseconds. */
async function asked(
  { authorities: { hospital } }: Careledger,
  receiver: OtlpReceiver,
  { path, body, milestones }: Asked,
): Promise<number[]> {
  if (hospital === undefined) throw new RangeError('The network has no hospital');
  const traceId = randomBytes(16).toString('hex');
  const answer = await fetch(new URL(path, hospital.url), {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${hospital.tokens.practitioner}`,
      traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new BenchError('MEASURE_INVALID', `${path} was answered ${answer.status}`);
  await answer.arrayBuffer();
  return stagesOf(receiver, traceId, milestones);
}

async function stagesOf(
  receiver: OtlpReceiver,
  traceId: string,
  milestones: readonly Milestone[],
): Promise<number[]> {
  const reached: ReceivedSpan[] = [];
  for (const { service, span } of milestones)
    reached.push(
      await receiver.next(
        (each) =>
          each.traceId === traceId && each.name === span && service.test(each.service) && !each.isError,
      ),
    );
  const begins = receiver.spans.filter((span) => span.traceId === traceId).map(({ startNs }) => startNs);
  const beginNs = begins.reduce((least, each) => (each < least ? each : least));
  return reached.map(({ endNs }) => Number(endNs - beginNs) / NS_PER_MS);
}
