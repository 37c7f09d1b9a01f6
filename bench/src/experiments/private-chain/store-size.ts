import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EntryLog } from '../../append/entry-log.js';
import { BenchDevice } from '../../ingest/device.js';
import { shown } from '../../report/number.js';
import { endsOf, type Experiment, type Point } from '../experiment.js';

const READINGS = { quick: [1_000, 10_000], full: [1_000, 3_000, 10_000, 30_000, 100_000, 300_000] };
const DEVICES = [1, 16, 256];
/** Readings of one transaction, as the gateway has it under load. */
const GROUP_READINGS = 256;
const nameOf = (devices: number): string => (devices === 1 ? '1 device' : `${devices} devices`);

/** What the raw data takes. */
export const storeSize: Experiment = {
  name: 'store-size',
  title: 'Size of the off-chain store and its chains',
  what: `Bytes of the gateway's file for each reading, by how many readings it holds, of 1, 16 and 256 devices of as many
    patients: signed frames of one reading, whole, their blocks, and the indexes that find them. Each point is one file.`,
  run({ folder, quick, progress }) {
    const dir = join(folder, 'store-size');
    mkdirSync(dir, { recursive: true });
    const frames = new BenchDevice().frames('bench', GROUP_READINGS);
    const series = DEVICES.map((devices) => {
      progress(`store size: ${nameOf(devices)}`);
      const path = join(dir, `${devices}.db`);
      using log = new EntryLog(path, devices);
      const points = (quick ? READINGS.quick : READINGS.full).map((readings): Point => {
        while (log.length < readings) {
          for (let n = 0; n < GROUP_READINGS && log.length < readings; n++)
            log.append(frames[n] as Uint8Array);
          log.commitDurably();
        }
        // What lies in the write-ahead log belongs to the file.
        log.store.forgetErased();
        return { x: readings, y: statSync(path).size / readings, runs: 1 };
      });
      return { name: nameOf(devices), points };
    });
    return Promise.resolve([
      {
        name: 'store-size',
        title: 'The store, for each reading',
        x: { label: 'readings', scale: 'log' },
        y: { label: 'size for each reading (bytes)', scale: 'linear' },
        series,
      },
    ]);
  },
  meaning(figures) {
    const [, one] = endsOf(figures, 'store-size', nameOf(1));
    const [, many] = endsOf(figures, 'store-size', nameOf(256));
    return `A reading takes ${shown(one.y)} bytes at one device with ${shown(Number(one.x))} readings, and ${shown(many.y)} where
      256 share the file: it does not grow with the history. Most of it is the frame itself, which carries the device's signature;
      nothing of it is on a ledger.`;
  },
};
