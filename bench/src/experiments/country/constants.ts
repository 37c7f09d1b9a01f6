import { join } from 'node:path';
import { Station, cpuPerFrameUs } from '../../ingest/station.js';
import type { BenchContext } from '../../run/measure.js';
import { median } from '../../run/statistics.js';
import { endsOf, type Figure } from '../experiment.js';
import {
  aggregation,
  channelCosts,
  fabricAggregation,
  hasFiguresOf,
  type ChannelCosts,
} from '../ledger/aggregation.js';

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
  /** Of an authority that hears of it and is asked for nothing. */
  readonly authorityCpuMs: number;
  /** Blocks of both channels together, at one peer. */
  readonly ledgerBytes: number;
  readonly blobBytes: number;
  /** Of one channel, with many records in a transaction. */
  readonly channel: ChannelCosts;
  /** Whether `channel` was measured on Fabric; if not, on the embedded network. */
  readonly isOfFabric: boolean;
}

/** Takes the constants from the figures, at their largest number of patients or readings, and measures what they lack. */
export async function measuredConstants(
  figures: readonly Figure[],
  { folder, progress }: BenchContext,
): Promise<Constants> {
  progress('country: the cost of a frame');
  const last = (figure: string, series: string): number => endsOf(figures, figure, series)[1].y;
  const byChannel = ['channel authorities', 'channel cloud'];
  const isOfFabric = hasFiguresOf(figures, fabricAggregation);
  return {
    frameCpuUs: await frameCpuUs(join(folder, 'country')),
    readingBytes: last('store-size', '256 devices'),
    gatewayCpuMs: last('patients-cpu', 'gateway'),
    providerCpuMs: last('patients-cpu', 'providers'),
    authorityCpuMs: last('patients-cpu', 'hospital'),
    ledgerBytes: byChannel.reduce((sum, channel) => sum + last('patients-bytes', channel), 0),
    blobBytes: last('patients-bytes', 'provider’s blobs'),
    channel: channelCosts(figures, isOfFabric ? fabricAggregation : aggregation),
    isOfFabric,
  };
}

async function frameCpuUs(folder: string): Promise<number> {
  const rounds = ROUNDS.warmUp + ROUNDS.counted;
  await using station = await Station.open({ folder, framesEach: FRAMES_EACH * rounds, verifications: 1 });
  const found: number[] = [];
  for (let round = 0; round < rounds; round++) found.push(cpuPerFrameUs(await station.round(FRAMES_EACH)));
  await station.check();
  return median(found.slice(ROUNDS.warmUp));
}
