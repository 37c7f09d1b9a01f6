import type { PairedDevice } from '../device/pairing.js';
import { DeviceSession } from '../device/session.js';
import { frameReadings } from '../recording/frame-readings.js';
import type { RecordingRow } from '../recording/recording.js';

/** A device with the rows that it is to send, in order of time. */
export interface ReplayTrack {
  readonly device: PairedDevice;
  readonly rows: readonly RecordingRow[];
}

/** What the gateway answered. */
export interface ReplayCounts {
  readonly sent: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
  /** Sent once more, the same bytes, after a lost connection. */
  readonly resent: number;
  /** Rejections by code. */
  readonly codes: Readonly<Record<string, number>>;
}

export interface ReplayOptions {
  /** Called at each answer: counts so far, and how long this one took. */
  readonly onAnswer?: (counts: ReplayCounts, answerMs: number) => void;
  /** Awaited before each frame: slows the replay down. */
  readonly pace?: () => Promise<void>;
}

/** Sends every row as one signed frame over MQTT, all devices at once, each in order. */
export async function replay(
  tracks: readonly ReplayTrack[],
  { onAnswer, pace }: ReplayOptions = {},
): Promise<ReplayCounts> {
  const counts = {
    ...{ sent: 0, stored: 0, duplicate: 0, rejected: 0, resent: 0 },
    codes: {} as Record<string, number>,
  };
  await Promise.all(
    tracks.map(async ({ device, rows }) => {
      await using session = await DeviceSession.open(device);
      session.onResent = () => {
        counts.resent += 1;
      };
      const answers: Promise<void>[] = [];
      for (const row of rows) {
        await pace?.();
        counts.sent += 1;
        const sentMs = performance.now();
        const { answer } = await session.enqueue(frameReadings(row.readings));
        answers.push(
          answer.then(({ status, code }) => {
            counts[status] += 1;
            if (code !== undefined) counts.codes[code] = (counts.codes[code] ?? 0) + 1;
            onAnswer?.(counts, performance.now() - sentMs);
          }),
        );
      }
      await Promise.all(answers);
    }),
  );
  return counts;
}
