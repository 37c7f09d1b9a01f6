import { timestampOf } from '@careledger/domain';
import { Type, type Static } from 'typebox';
import type { Gateway } from './gateway.js';
import { missingOf } from './routes/devices.js';

/** Emergencies whose times are listed. */
const EMERGENCIES_MAX = 10_000;

const Counted = Type.Object({ records: Type.Integer(), versions: Type.Integer() });
const Kinds = Type.Object({ periodic: Type.Integer(), emergency: Type.Integer() });

export const StatisticsView = Type.Object({
  patients: Type.Integer(),
  devices: Type.Integer(),
  /** Stored and processed; these survive a restart. */
  frames: Type.Integer(),
  readings: Type.Integer(),
  /** Since this process started, by code. */
  framesRejected: Type.Record(Type.String(), Type.Integer()),
  framesDuplicate: Type.Integer(),
  /** Counters that devices skipped and have not sent since. */
  gaps: Type.Integer(),
  /** Readings kept out of the rules. */
  implausible: Type.Integer(),
  /** Sealed blocks, genesis blocks included. */
  blocks: Type.Integer(),
  /** Those of them that an anchor on the ledger covers. */
  blocksAnchored: Type.Integer(),
  /** Different records by kind; each counts once, however many versions it has. */
  records: Kinds,
  /** Records, and versions, that a provider has receipted; and those that the authorities have been told of. */
  stored: Counted,
  announced: Counted,
  refused: Counted,
  /** Oldest first. */
  emergencies: Type.Array(
    Type.Object({
      recordId: Type.String(),
      patientNo: Type.Integer(),
      /** Arrival of the frame that raised it, milliseconds since 1970 by the gateway's clock. */
      arrivedMs: Type.Union([Type.Number(), Type.Null()]),
      madeMs: Type.Number(),
      storedMs: Type.Union([Type.Number(), Type.Null()]),
      announcedMs: Type.Union([Type.Number(), Type.Null()]),
      /** Straight notices, by authority; sentMs: the api's 2xx. */
      notices: Type.Array(
        Type.Object({
          authorityId: Type.String(),
          status: Type.String(),
          sentMs: Type.Union([Type.Number(), Type.Null()]),
        }),
      ),
    }),
  ),
  at: Type.String(),
});
export type StatisticsView = Static<typeof StatisticsView>;

/** What happened at this gateway. The processing is brought up to date with what is stored first. */
export function statisticsOf({
  anchors,
  core,
  processor,
  processing,
  versions,
  notices,
}: Gateway): StatisticsView {
  processor.persist();
  const { frames, readings } = processor.progress;
  const { counters } = core.pipeline;
  const patients = core.patients.list();
  const devices = core.devices.list();
  const counts = versions.counts();
  const sum = (stages: readonly string[]) => {
    const rows = counts.filter(({ stage }) => stages.includes(stage));
    return {
      records: rows.reduce((total, row) => total + row.records, 0),
      versions: rows.reduce((total, row) => total + row.versions, 0),
    };
  };
  const ofKind = (wanted: string): number =>
    counts.reduce((total, { kind, records }) => total + (kind === wanted ? records : 0), 0);
  return {
    patients: patients.length,
    devices: devices.length,
    frames,
    readings,
    framesRejected: Object.fromEntries(counters.rejected),
    framesDuplicate: counters.duplicates,
    gaps: devices.reduce((total, device) => total + missingOf(device), 0),
    implausible: processing.flagCount(),
    blocks: patients.reduce((total, { chain }) => total + chain.durableHead.height + 1, 0),
    blocksAnchored: patients.reduce(
      (total, { patientNo }) => total + (anchors.get(patientNo).anchored?.height ?? -1) + 1,
      0,
    ),
    records: { periodic: ofKind('periodic'), emergency: ofKind('emergency') },
    stored: sum(['stored', 'announced']),
    announced: sum(['announced']),
    refused: sum(['refused']),
    emergencies: versions.emergencies(EMERGENCIES_MAX).map((version) => ({
      recordId: version.recordId,
      patientNo: version.patientNo,
      arrivedMs: version.arrivedMs,
      madeMs: version.madeMs,
      storedMs: version.storedMs,
      announcedMs: version.announcedMs,
      notices: notices.ofVersion(version.versionNo).map(({ authorityId, status, sentMs }) => ({
        authorityId,
        status,
        sentMs,
      })),
    })),
    at: timestampOf(Date.now()),
  };
}
