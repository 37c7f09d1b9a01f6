/** A kind of patient, by what the device at home does. */
export interface Profile {
  readonly name: string;
  /** Of all patients, 0 to 1. */
  readonly share: number;
  /** Readings of a day. */
  readonly readingsPerDay: number;
  /** Whether they are spread evenly over the day; if not, they come in the morning and in the evening. */
  readonly isContinuous: boolean;
}

/** What no measurement says. */
export interface Assumptions {
  readonly patients: number;
  readonly profiles: readonly Profile[];
  /** Emergency records of a patient and day. */
  readonly emergenciesPerDay: number;
  /** Records and raw data are kept for so long. */
  readonly keptDays: number;
  /** Share of a processor, and of a channel's rate, that is used at the busiest time. */
  readonly utilisation: number;
  readonly patientsPerGateway: number;
  /** Organisations of a channel with a peer, which endorse and keep its ledger. */
  readonly peersPerChannel: number;
  /** They keep the blocks of both channels of a pair. */
  readonly orderersPerChannel: number;
  readonly euroPerCoreHour: number;
  /** Of disks, on which raw data and ledgers lie. */
  readonly euroPerDiskTerabyteMonth: number;
  /** Of object storage, in which providers keep records. */
  readonly euroPerBlobTerabyteMonth: number;
}

/** Change them here; the page shows them. */
export const ASSUMPTIONS: Assumptions = {
  patients: 10_000_000,
  profiles: [
    { name: 'glucose sensor, every 5 min', share: 0.15, readingsPerDay: 288, isContinuous: true },
    { name: 'monitor, every minute', share: 0.05, readingsPerDay: 1_440, isContinuous: true },
    { name: 'blood pressure cuff', share: 0.6, readingsPerDay: 4, isContinuous: false },
    { name: 'scale and thermometer', share: 0.2, readingsPerDay: 2, isContinuous: false },
  ],
  emergenciesPerDay: 0.01,
  keptDays: 365,
  utilisation: 0.5,
  patientsPerGateway: 10_000,
  peersPerChannel: 4,
  orderersPerChannel: 4,
  euroPerCoreHour: 0.03,
  euroPerDiskTerabyteMonth: 80,
  euroPerBlobTerabyteMonth: 20,
};
