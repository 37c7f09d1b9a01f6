import { isExcluded, isInterstitial } from '@careledger/clinical';
import {
  readRecording,
  type Recording,
  type RecordingOptions,
  type RecordingRow,
} from '@careledger/examples';
import type { GatewayFixture } from '../fixtures/services/gateway-fixture.js';
import type { EmittedAlarm } from './emitted.js';
import { LivePatient, type StoredReading } from './live-patient.js';

/** How a recording is sent. */
export interface RecordedOptions extends RecordingOptions {
  /** What the device is, in its profile's words; by the recording's codes unless said. */
  readonly type?: string;
  /** Sent as it was measured, however long ago; else moved so that its last row is measured now. */
  readonly isKept?: boolean;
  /** The last row first. */
  readonly isReversed?: boolean;
}

/** What came of one person of a recording. */
export interface Outcome {
  readonly subject: string;
  readonly alarms: readonly EmittedAlarm[];
  readonly readings: readonly StoredReading[];
  /** Readings on which aggregates rest, and those that ought to be among them. */
  readonly aggregated: number;
  readonly counted: number;
}

const typeOf = ({ codes }: Recording): string =>
  codes.some(isInterstitial) ? 'continuous-glucose-monitor' : 'bedside-monitor';

/** Reads a file, sends each of its people's rows as signed frames of one device, and reads back what is emitted. */
export async function sendRecording(
  fixture: GatewayFixture,
  file: string,
  options: RecordedOptions = {},
): Promise<Outcome[]> {
  const recording = await readRecording(file, options);
  const outcomes: Outcome[] = [];
  for (const [subject, rows] of recording.subjects) {
    const sent = options.isReversed === true ? rows.toReversed() : rows;
    await using person = await LivePatient.enrol(fixture);
    const device = await person.device({ type: options.type ?? typeOf(recording), codes: recording.codes });
    const shiftMs = options.isKept === true ? 0 : Date.now() - (rows.at(-1)?.timeMs ?? 0);
    for (const row of sent) {
      const answer = await device.send(movedBy(row, shiftMs));
      if (answer.status !== 'stored') throw new Error(`${file}: ${JSON.stringify(answer)}`);
    }
    await person.settle();
    const readings = await person.readings();
    outcomes.push({
      ...{ subject, readings },
      alarms: await person.alarms(),
      aggregated: await person.aggregated(),
      counted: readings.filter(({ flags }) => !isExcluded(flags)).length,
    });
  }
  return outcomes;
}

const movedBy = ({ timeMs, readings }: RecordingRow, shiftMs: number) => {
  const t = new Date(timeMs + shiftMs).toISOString();
  return readings.map(({ code, value, unit, comparator }) => ({ t, code, value, unit, comparator }));
};
