import { setTimeout as delay } from 'node:timers/promises';
import { Authority, Gateway } from '@careledger/client';
import { LOINC } from '@careledger/clinical';
import type { Reading } from '@careledger/domain';
import type { Careledger } from '@careledger/supervisor';
import { copyFor, subscribe } from '../demo/consent.js';
import { enrol, type Person } from '../demo/people.js';
import type { PairedDevice } from '../device/pairing.js';
import { DeviceSession } from '../device/session.js';
import type { RecordingRow } from '../recording/recording.js';
import type { Clinician } from '../sign-in/clinician.js';
import { SimulatedGlucose } from '../simulator/glucose.js';

/**
 * Enrols a patient with a paired glucose monitor, to whom the hospital is subscribed.
 * @param clinician in whose unit the hospital may keep a copy
 */
export async function enrolAtHome(
  { authorities, gateway }: Careledger,
  clinician?: Clinician,
): Promise<Person> {
  const ops = new Gateway({ url: gateway.url, token: gateway.tokens.ops });
  const nothingRecorded = {
    codes: [LOINC.interstitialGlucose],
    subjects: new Map([['dev', []]]),
    readingCount: 0,
    rowCount: 0,
  };
  const [person] = await enrol(ops, gateway.gatewayId, nothingRecorded);
  const hospital = authorities['hospital'];
  if (person === undefined || hospital === undefined)
    throw new RangeError('There is no patient or no hospital.');
  const practitioner = new Authority({ url: hospital.url, token: hospital.tokens.practitioner });
  await subscribe(practitioner, hospital.authorityId, person, {
    permissions: ['read'],
    purposes: ['TREAT', 'ETREAT'],
    reason: 'Care at home',
    ...(clinician && { copy: copyFor(clinician) }),
  });
  return person;
}

export interface Feed {
  /** What the device has measured before; sent first. */
  readonly history?: readonly RecordingRow[];
  readonly everyMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** The gateway has answered a reading. */
  readonly onAnswer: () => void;
}

/** Sends a reading now and then until the signal. What a restart of the gateway interrupts is sent again. */
export async function sendReadings(
  device: PairedDevice,
  { history = [], everyMs, signal, say, onAnswer }: Feed,
): Promise<void> {
  const session = await DeviceSession.open(device);
  // While the gateway is away, the loop may stand still for room in flight.
  signal.addEventListener('abort', () => void session.close());
  const send = async (readings: readonly Reading[]): Promise<void> => {
    const { answer } = await session.enqueue(readings);
    answer.then(
      ({ code, seq, status }) => {
        onAnswer();
        if (status === 'rejected') say(`frame ${seq} was rejected: ${code}`);
      },
      () => undefined, // the session was closed before the answer
    );
  };
  for (const { readings } of history) {
    if (signal.aborted) return;
    await send(readings);
  }
  const glucose = new SimulatedGlucose();
  while (!signal.aborted) {
    await send([glucose.next(Date.now())]);
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
