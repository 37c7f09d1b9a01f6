import { accessWeekVsOne } from './access/week-vs-one.js';
import { accessWeek } from './access/week.js';
import { anchoredVsOneTx, anchoredVsOneTxOnDevnet } from './announce/versus-one-tx.js';
import { appendGrowth } from './append/growth.js';
import { appendSingleVsHypercore } from './append/single-entries.js';
import { appendVsHypercore } from './append/versus-hypercore.js';
import { decideGrowth } from './decide/growth.js';
import { devnetStart } from './devnet/start.js';
import { devnetSubmit } from './devnet/submit.js';
import { BenchError } from './errors.js';
import { emergencyAtTheHour } from './hour/emergency.js';
import { enrolPerS } from './hour/enrol.js';
import { recordsAtTheHour } from './hour/records.js';
import { emergencyVsFsync } from './ingest/emergency.js';
import { fabricSubmitVsBareClient } from './fabric/versus-bare-client.js';
import { devnetSubmitVsFabric } from './fabric/versus-devnet.js';
import { ingestVsNodeVerify, ingestVsVerifyLimit } from './ingest/versus-verify.js';
import { ingestTwoCoresVsOne } from './ingest/two-cores.js';
import { searchGrowth } from './fhir/search-growth.js';
import { cohortPeakPss, demoPeakPss } from './memory/demo.js';
import { patientsGrowth } from './patients/growth.js';
import { idlePatientMemory, pendingPatientMemory } from './patients/memory.js';
import type { Measure } from './run/measure.js';
import { readWithProofVsPlain } from './proof/versus-plain.js';
import { verifyVsFloor } from './verify/versus-floor.js';

/** Every measure, in the order in which they run: what takes long comes last. */
export const MEASURES: readonly Measure[] = [
  ingestVsVerifyLimit,
  ingestVsNodeVerify,
  ingestTwoCoresVsOne,
  verifyVsFloor,
  emergencyVsFsync,
  appendVsHypercore,
  appendSingleVsHypercore,
  appendGrowth,
  patientsGrowth,
  idlePatientMemory,
  pendingPatientMemory,
  decideGrowth,
  devnetStart,
  devnetSubmit,
  fabricSubmitVsBareClient,
  devnetSubmitVsFabric,
  anchoredVsOneTx,
  anchoredVsOneTxOnDevnet,
  accessWeekVsOne,
  accessWeek,
  readWithProofVsPlain,
  demoPeakPss,
  cohortPeakPss,
  enrolPerS,
  recordsAtTheHour,
  emergencyAtTheHour,
  searchGrowth,
];

/** Everything that can be named. */
export const NAMES: readonly string[] = MEASURES.map(({ name }) => name);

/** All, or those named. @throws BenchError `UNKNOWN_MEASURE` */
export function select(names: readonly string[]): readonly Measure[] {
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw new BenchError(
      'UNKNOWN_MEASURE',
      `There is no measure ${unknown}. There are: ${NAMES.join(', ')}.`,
    );
  }
  return names.length === 0 ? MEASURES : MEASURES.filter(({ name }) => names.includes(name));
}
