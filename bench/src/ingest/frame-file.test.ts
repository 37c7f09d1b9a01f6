import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseFrame } from '@careledger/private-chain';
import { BenchDevice } from './device.js';
import { readFrames, writeFrames } from './frame-file.js';

test('frames are read back device by device, each in memory of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'careledger-bench-'));
  try {
    const path = join(folder, 'frames');
    const devices = [new BenchDevice().frames('e', 3), [], new BenchDevice().frames('e', 2)];
    writeFrames(path, devices);
    const read = readFrames(path);
    expect(read.map((frames) => frames.map((frame) => Buffer.from(frame).toString()))).toEqual(
      devices.map((frames) => frames.map((frame) => Buffer.from(frame).toString())),
    );
    expect(parseFrame(read[2]![1]!).seq).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
