import { readFileSync } from 'node:fs';
import { isGone, processTreeOf } from './process-tree.js';

/** How often the memory is looked at. */
const SAMPLE_INTERVAL_MS = 500;

/** What a file in /proc says of a process, in bytes. 0 for a process that is gone. */
function bytesOf(pid: number, file: string, field: string): number {
  try {
    const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(
      readFileSync(`/proc/${pid}/${file}`, 'utf8'),
    );
    return Number(kilobytes?.[1] ?? 0) * 1024;
  } catch (error) {
    if (!isGone(error)) throw error;
    return 0;
  }
}

/** Proportional set size: shared pages are shared out. */
const pssBytes = (pid: number): number => bytesOf(pid, 'smaps_rollup', 'Pss');

/**
 * The most that a process had in memory at any time since its start, in bytes, pages that it shares with others included (`VmHWM`).
 * 0 for a process that is gone.
 */
export const peakResidentBytes = (pid: number): number => bytesOf(pid, 'status', 'VmHWM');

/** Each look stops the processes for milliseconds: only for who wants to know. */
export interface PeakMemory extends Disposable {
  readonly peakBytes: number;
}

/** Watches the sum of the proportional set sizes of processes and their descendants. */
export function peakMemory(pids: () => readonly number[]): PeakMemory {
  let peakBytes = 0;
  const sample = () => {
    const all = new Set(pids().flatMap(processTreeOf));
    const sum = [...all].reduce((total, pid) => total + pssBytes(pid), 0);
    peakBytes = Math.max(peakBytes, sum);
  };
  const timer = setInterval(sample, SAMPLE_INTERVAL_MS);
  timer.unref();
  return {
    get peakBytes() {
      return peakBytes;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
