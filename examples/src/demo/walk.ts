import { Gateway } from '@careledger/client';
import type { Careledger, RunningNetwork } from '@careledger/supervisor';
import type { ReceivedNotice } from '../client/notice-inbox.js';
import type { Recording } from '../recording/recording.js';
import { clinicianAt, type Clinician } from '../sign-in/clinician.js';
import { LedgerView } from './ledger-view.js';
import type { Narrator } from './narrator.js';
import { followHospital } from './context.js';
import { delegation, enrolWithSigner } from './delegation.js';
import { exceptions } from './exceptions.js';
import { enrol, type Person } from './people.js';
import { noticesRead } from './notices-read.js';
import { revoke } from './revocation.js';
import { arrangeConsent, collect, drain, share, visit, type CollectOptions } from './scenarios.js';
import { searchSignedIn } from './signed-in.js';
import { percentile, type DemoSummary } from './summary.js';
import { verifyAll } from './verification.js';

export interface WalkOptions {
  readonly careledger: Careledger;
  readonly network: RunningNetwork;
  /** Already shifted into the past. */
  readonly recording: Recording;
  readonly narrator: Narrator;
  /** Everybody is enrolled, and the hospital may read: the devices start next. */
  readonly onEnrolled?: (people: readonly Person[]) => void;
  /** How the devices send; tests disturb the services meanwhile. The walk goes on once they are done. */
  readonly replay?: CollectOptions;
}

export interface Walk {
  readonly summary: DemoSummary;
  readonly failures: readonly string[];
  readonly people: readonly Person[];
  /** Who still lets the hospital read in the end. */
  readonly sharing: readonly Person[];
  /** Who may sign in at the hospital. */
  readonly clinician: Clinician | undefined;
}

/** Walks the three scenarios through the services' public interfaces, then verifies what came of it. */
export async function walk(options: WalkOptions): Promise<Walk> {
  const { careledger, narrator, network, recording } = options;
  const { gateway } = careledger;
  const ops = new Gateway({ url: gateway.url, token: gateway.tokens.ops });

  narrator.chapter('Enrolment');
  const [people, signing, clinician] = await Promise.all([
    enrol(ops, gateway.gatewayId, recording),
    enrolWithSigner(careledger, network),
    clinicianAt(careledger),
  ]);
  narrator.say(
    `${people.length} patients have keys and a private chain; each has a paired device. Another’s consent key is in a signer`,
  );
  const context = { careledger, people, narrator, clinician };
  await arrangeConsent(context);
  await using notices = await followHospital(context);
  options.onEnrolled?.(people);

  narrator.chapter('Scenario 1: from the device to the ledgers');
  const replayed = await collect(context, options.replay);
  await drain(context);
  const collected = await ops.getStatistics();
  narrator.say(
    `${collected.records.periodic} periodic and ${collected.records.emergency} emergency records stored, announced and anchored`,
  );
  const emergencyMs = emergencyTimes(collected.emergencies, notices.received);
  for (const ms of emergencyMs) narrator.progress(() => `an emergency reached the hospital after ${ms} ms`);
  using view = new LedgerView(network);
  const notices_read = await noticesRead(context, notices.received, view);

  narrator.chapter('Scenario 2: an authority asks for a record');
  await share(context);
  const session = await searchSignedIn(context);
  await exceptions(context);
  await delegation(context, signing);

  narrator.chapter('Scenario 3: a visit, and the patient’s last word');
  await visit(context);
  const revoked = await revoke(context, notices.received, session);
  await drain(context);

  narrator.chapter('Verification');
  const verified = await verifyAll(people, careledger, view, narrator);
  const missed = collected.emergencies.length - emergencyMs.length;
  const failures = [
    ...verified.failures,
    ...(missed > 0 ? [`${missed} emergencies never reached the subscribed hospital`] : []),
  ];

  const statistics = await ops.getStatistics();
  const totals = { permitted: 0, denied: 0, visits: 0, stored: 0, announced: 0, clinical: 0 };
  for (const { patientId } of people) {
    const { permitted, denied } = await view.accesses(patientId);
    totals.permitted += permitted;
    totals.denied += denied;
    totals.visits += await view.visits(patientId);
    const stored = await view.stored(patientId);
    totals.stored += stored.length;
    totals.clinical += stored.filter((record) => record.kind === 'clinical').length;
    totals.announced += new Set((await view.announced(patientId)).map((record) => record.recordId)).size;
  }
  const transactions = {
    authorities: await view.countTransactions('authorities'),
    cloud: await view.countTransactions('cloud'),
  };
  const summary: DemoSummary = {
    patients: people.length,
    devices: statistics.devices,
    readings: statistics.readings,
    frames: statistics.frames,
    frames_rejected: replayed.rejected,
    blocks: statistics.blocks,
    gaps: statistics.gaps,
    implausible: statistics.implausible,
    records: { ...statistics.records, clinical: totals.clinical },
    alarms: statistics.alarms,
    stored: totals.stored,
    announced: totals.announced,
    access: { permitted: totals.permitted, denied: totals.denied },
    notices_read,
    visits: totals.visits,
    ...(session && {
      search: { found: session.found, refused_ms: revoked.searchRefusedMs ?? 0 },
    }),
    transactions,
    verified: { chains: verified.chains, records: verified.records, failures: failures.length },
    emergency_ms: { p50: percentile(emergencyMs, 50), p95: percentile(emergencyMs, 95) },
    seconds: narrator.seconds,
  };
  const sharing = people.filter((person) => !revoked.people.includes(person));
  return { summary, failures, people, sharing, clinician };
}

/** From the arrival of a frame at the gateway to the first notice of its emergency at the hospital. */
function emergencyTimes(
  emergencies: readonly { readonly recordId: string; readonly arrivedMs: number | null }[],
  notices: readonly ReceivedNotice[],
): number[] {
  const firstNotice = new Map<string, number>();
  for (const { data, arrivedMs } of notices) {
    const recordId = String(data['recordId']);
    if (!firstNotice.has(recordId)) firstNotice.set(recordId, arrivedMs);
  }
  return emergencies.flatMap(({ recordId, arrivedMs }) => {
    const noticedMs = firstNotice.get(recordId);
    return noticedMs === undefined || arrivedMs === null ? [] : [Math.max(0, noticedMs - arrivedMs)];
  });
}
