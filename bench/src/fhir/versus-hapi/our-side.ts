import { setTimeout as delay } from 'node:timers/promises';
import { enrolAtHome, type Person } from '@careledger/examples';
import { patientResourceIdOf } from '@careledger/fhir';
import { cpuTimeMs, peakResidentBytes, type ProcessGroup } from '@careledger/supervisor';
import { BenchError } from '../../errors.js';
import { startServices } from '../../services/start.js';
import { ask } from '../asking.js';
import { UNIT, letCopy } from '../copying.js';
import type { FhirSide } from './side.js';

const SETTLED_TIMEOUT_MS = 20 * 60_000;
const POLL_MS = 1_000;

/** An authority's api, with everything that it takes: patients' gateway, both ledgers, providers. */
export async function ourSide(processes: ProcessGroup, folder: string, patients: number): Promise<FhirSide> {
  const { careledger } = await startServices(processes, folder, { authorities: ['hospital'] });
  const { hospital } = careledger.authorities;
  if (hospital === undefined) throw new RangeError('The network has no hospital');
  const people: Person[] = [];
  for (let each = 0; each < patients; each += 1) {
    const person = await enrolAtHome(careledger);
    await letCopy(hospital, person);
    people.push(person);
  }
  const { url, tokens } = hospital;
  const headers = { authorization: `Bearer ${tokens.practitioner}`, 'x-careledger-unit': UNIT };
  const pid = () => processes.child(hospital.name).pid ?? 0;
  return {
    name: 'careledger',
    asked: { url: `${url}/fhir`, headers },
    creating: { prefer: 'respond-async' },
    patients: people.map(({ patientId }) => patientResourceIdOf(patientId)),
    cpuMs: () => cpuTimeMs(pid()),
    wholeCpuMs: () => processes.pids().reduce((sum, pid) => sum + cpuTimeMs(pid), 0),
    peakBytes: () => peakResidentBytes(pid()),
    settled: async (records) => {
      for (const { patientId } of people) await kept({ url, headers }, patientId, records);
    },
  };
}

/** Until the copy has so many records of a patient. */
async function kept(asked: FhirSide['asked'], patientId: string, records: number): Promise<void> {
  const deadlineMs = Date.now() + SETTLED_TIMEOUT_MS;
  for (;;) {
    const path = `/v1/patients/${patientId}/copies/progress?unit=${UNIT}`;
    const { answer } = await ask<{ kept: number }>(asked, path);
    if (answer.kept >= records) return;
    if (Date.now() > deadlineMs)
      throw new BenchError('MEASURE_INVALID', `${answer.kept} of ${records} records were copied`);
    await delay(POLL_MS);
  }
}
