import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessGroup, startCareledger, startEmbeddedNetwork } from '@careledger/supervisor';
import { afterAll, describe, expect, test } from '@jest/globals';
import { dashboards, exposedMetrics, isFabricMetric, metricsOf, namedMetrics } from './named-metrics.js';

const TIMEOUT_MS = 120_000;

describe('what dashboards and alerting rules read', () => {
  const dir = mkdtempSync(join(tmpdir(), 'careledger-metrics-'));
  const processes = new ProcessGroup();
  afterAll(async () => {
    await processes.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  test('is found in expressions, whatever functions, labels and ranges stand around', () => {
    expect(
      metricsOf('histogram_quantile(0.95, sum by (le, node) (rate(a_bucket{x=~"5..",y="up"}[5m]))) > 1'),
    ).toEqual(['a_bucket']);
    expect(metricsOf('max by (c) (a:b{j="p"}) - on (c) group_right h{j="p"} > 10 and d_total')).toEqual([
      'a:b',
      'h',
      'd_total',
    ]);
  });

  test('is laid out for each reader: one dashboard a file, with panels that say what they show', () => {
    const all = [...dashboards()];
    expect(all.map(([name]) => name)).toEqual([
      'careledger.json',
      'clinical-safety.json',
      'integrators.json',
      'operators.json',
    ]);
    expect(new Set(all.map(([, { uid }]) => uid)).size).toBe(all.length);
    for (const [name, { panels }] of all) {
      expect([name, new Set(panels.map(({ id }) => id)).size]).toEqual([name, panels.length]);
      if (name === 'careledger.json') continue;
      const mute = panels.filter(
        ({ description = '', targets = [] }) => description === '' || targets.length === 0,
      );
      expect([name, mute.map(({ title }) => title)]).toEqual([name, []]);
    }
  });

  test(
    'is there on /metrics of the services that run',
    async () => {
      const network = await startEmbeddedNetwork(processes, join(dir, 'network'), join(dir, 'logs'));
      const { gateway, authorities, providers } = await startCareledger({
        processes,
        network,
        dir,
        recordIntervalMs: 3_600_000,
      });
      const running = [gateway, ...Object.values(authorities), ...Object.values(providers)];
      const expositions = await Promise.all(
        running.map(async ({ url, tokens }) => {
          const response = await fetch(new URL('/metrics', url), {
            headers: { authorization: `Bearer ${tokens.ops}` },
          });
          expect(response.status).toBe(200);
          return response.text();
        }),
      );
      const live = new Set(expositions.flatMap(exposedMetrics));
      const named = namedMetrics().filter((name) => !isFabricMetric(name));
      expect(named.length).toBeGreaterThan(8);
      expect(named.filter((name) => !live.has(name))).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
