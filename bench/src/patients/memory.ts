import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { single, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { WorkerProcess } from '../worker/worker-process.js';
import type { WardWorker } from './ward.worker.js';

const PATIENTS = 2_000;
/** Its own bytes are taken off. */
const FEW = 100;
const PENDING_READINGS = 32;

/** Bytes of a patient by what it is doing. */
interface PatientBytes {
  readonly idle: number;
  readonly pending: number;
  /** The readings' frames, parsed. */
  readonly parsed: number;
}

/** What a patient holds of the gateway's memory who does nothing. */
export const idlePatientMemory: Measure = {
  name: 'memory_per_patient',
  unit: 'B',
  isProfiled: false,
  budget: { atMost: 2_000 },
  a: 'a patient with a device, idle',
  b: null,
  what: `Objects and buffers in use after a garbage collection once the gateway's core was opened on ${PATIENTS} patients, less
    those with ${FEW}, per patient: its chain, its four keys as the key store holds them, its device.`,
  controlWhat: `with ${PENDING_READINGS} readings pending, parsed`,

  async run(context: BenchContext): Promise<Outcome> {
    const { idle, parsed } = await patientBytes(context);
    return { measured: single([idle]), control: single([idle + parsed]) };
  },
};

/** The same with readings that wait for their block's seal. */
export const pendingPatientMemory: Measure = {
  name: 'memory_per_patient_pending_32',
  unit: 'B',
  isProfiled: false,
  budget: { atMost: 20_000 },
  a: `a patient with ${PENDING_READINGS} readings in no sealed block yet`,
  b: null,
  what: `As memory_per_patient, after every patient's device has sent ${PENDING_READINGS} frames of one reading. Where a patient's
    first block is full before that, the rest waits.`,
  controlWhat: 'every frame held as it was parsed, beside that',

  async run(context: BenchContext): Promise<Outcome> {
    const { idle, pending, parsed } = await patientBytes(context);
    return { measured: single([idle + pending]), control: single([idle + pending + parsed]) };
  },
};

async function patientBytes({ folder, progress }: BenchContext): Promise<PatientBytes> {
  progress(`memory: ${PATIENTS} patients`);
  const many = await bytesOf(join(folder, 'many'), PATIENTS);
  const few = await bytesOf(join(folder, 'few'), FEW);
  const each = (key: keyof PatientBytes): number => (many[key] - few[key]) / (PATIENTS - FEW);
  return { idle: each('idle'), pending: each('pending'), parsed: each('parsed') };
}

/** Of all patients together. */
async function bytesOf(folder: string, patients: number): Promise<PatientBytes> {
  mkdirSync(folder);
  await using writer = new WorkerProcess<WardWorker>('patients/ward.worker.js');
  await writer.call('write', { folder, patients, framesEach: PENDING_READINGS });
  await using worker = new WorkerProcess<WardWorker>('patients/ward.worker.js', ['--expose-gc']);
  const idle = await worker.call('open', folder);
  const pending = await worker.call('pend', { folder, each: PENDING_READINGS });
  const parsed = await worker.call('hold', folder);
  return { idle, pending, parsed };
}
