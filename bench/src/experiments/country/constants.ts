import { join } from 'node:path';
import { Station } from '../../ingest/station.js';
import type { BenchContext } from '../../run/measure.js';
import { median } from '../../run/statistics.js';
import { endsOf, highestOf, type Figure } from '../experiment.js';

const FRAMES_EACH = 128;
const ROUNDS = { warmUp: 2, counted: 5 };

/** What this run has measured, as a country needs it. */
export interface Constants {
  /** CPU of a gateway for a frame: verified, chained, on disk, acknowledged. Microseconds. */
  readonly frameCpuUs: number;
  /** In the gateway's store. */
  readonly readingBytes: number;
  /** CPU for a record, milliseconds. */
  readonly gatewayCpuMs: number;
  readonly providerCpuMs: number;
  /** Of all peers of both channels together. */
  readonly networkCpuMs: number;
  /** On both channels together, at one peer. */
  readonly ledgerBytes: number;
  readonly blobBytes: number;
  /** Of the busier channel, for each record. */
  readonly transactions: number;
  /** Transactions a second that a channel takes, at the block timeout that suits it best. */
  readonly channelRate: number;
}

/** Takes the constants from the figures, at their largest number of patients or readings, and measures what they lack. */
export async function measuredConstants(
  figures: readonly Figure[],
  { folder, progress }: BenchContext,
): Promise<Constants> {
  progress('country: the cost of a frame');
  const last = (figure: string, series: string): number => endsOf(figures, figure, series)[1].y;
  const byChannel = ['channel authorities', 'channel cloud'];
  return {
    frameCpuUs: await frameCpuUs(join(folder, 'country')),
    readingBytes: last('store-size', '256 devices'),
    gatewayCpuMs: last('patients-cpu', 'gateway'),
    providerCpuMs: last('patients-cpu', 'providers'),
    networkCpuMs: last('patients-cpu', 'network'),
    ledgerBytes: byChannel.reduce((sum, channel) => sum + last('patients-bytes', channel), 0),
    blobBytes: last('patients-bytes', 'provider’s blobs'),
    transactions: Math.max(...byChannel.map((channel) => last('patients-transactions', channel))),
    channelRate: highestOf(figures, 'block-timeout-rate'),
  };
}

async function frameCpuUs(folder: string): Promise<number> {
  const rounds = ROUNDS.warmUp + ROUNDS.counted;
  await using station = await Station.open({ folder, framesEach: FRAMES_EACH * rounds, verifications: 1 });
  const found: number[] = [];
  for (let round = 0; round < rounds; round++) found.push(await station.round(FRAMES_EACH));
  await station.check();
  return median(found.slice(ROUNDS.warmUp));
}
