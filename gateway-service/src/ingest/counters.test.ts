import { expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { TestCore } from '../../testing/test-core.js';
import { registerIngestMetrics } from './counters.js';

test('what became of frames is shown to Prometheus, by code, however often it asks', async () => {
  await using t = await TestCore.open();
  const { pipeline } = t.core;
  const registry = new Registry();
  registerIngestMetrics(registry, pipeline.counters, () => pipeline.queued);
  const device = t.pair(await t.patient());
  const frame = device.frame(t.nowMs);
  for (const bytes of [frame.bytes, frame.bytes, Buffer.from('no frame')]) await t.send(device, { bytes });
  await registry.metrics();
  const text = await registry.metrics();
  expect(text).toContain('careledger_gateway_frames_total{status="stored",code=""} 1\n');
  expect(text).toContain('careledger_gateway_frames_total{status="duplicate",code=""} 1\n');
  expect(text).toContain('careledger_gateway_frames_total{status="rejected",code="FRAME_MALFORMED"} 1\n');
  expect(text).toContain('careledger_gateway_readings_total 1\n');
  expect(text).toContain('careledger_gateway_ingest_queue_frames 0\n');
});
