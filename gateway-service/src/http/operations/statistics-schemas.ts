import { Type, type Static } from 'typebox';

/** Emergencies whose times are listed. */
export const EMERGENCIES_MAX = 10_000;

const Counted = Type.Object({ records: Type.Integer(), versions: Type.Integer() }, { title: 'RecordCounts' });
const Kinds = Type.Object({ periodic: Type.Integer(), emergency: Type.Integer(), detail: Type.Integer() });

export const StatisticsView = Type.Object(
  {
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
    /** Readings that windows and aggregates leave out. */
    implausible: Type.Integer(),
    /** Sealed blocks, genesis blocks included. */
    blocks: Type.Integer(),
    /** Those of them that an anchor on the ledger covers. */
    blocksAnchored: Type.Integer(),
    /** Different records by kind; each counts once, however many versions it has. `detail`: of single measured values. */
    records: Kinds,
    /** Alarms by priority, patients' and equipment's. */
    alarms: Type.Object({ high: Type.Integer(), medium: Type.Integer(), low: Type.Integer() }),
    /** Records, and versions, that a provider has receipted; and those that the authorities have been told of. */
    stored: Counted,
    announced: Counted,
    refused: Counted,
    emergencies: Type.Array(
      Type.Object({
        recordId: Type.String(),
        patientNo: Type.Integer(),
        /** Arrival of the frame that raised it, milliseconds since 1970 by the gateway's clock. */
        arrivedMs: Type.Union([Type.Number(), Type.Null()]),
        madeMs: Type.Number(),
        storedMs: Type.Union([Type.Number(), Type.Null()]),
        announcedMs: Type.Union([Type.Number(), Type.Null()]),
        /** Direct notices, by authority; sentMs: the api's 2xx. */
        notices: Type.Array(
          Type.Object({
            authorityId: Type.String(),
            status: Type.String(),
            sentMs: Type.Union([Type.Number(), Type.Null()]),
          }),
        ),
      }),
      { description: `The first ${EMERGENCIES_MAX} of \`records.emergency\`, oldest first` },
    ),
    at: Type.String(),
  },
  { title: 'StatisticsView' },
);
export type StatisticsView = Static<typeof StatisticsView>;
