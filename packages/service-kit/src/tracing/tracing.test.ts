import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLogger } from '../logging.js';
import { currentTrace, startSpan, traced } from './spans.js';
import { isTracing, startTracing } from './tracing.js';

const run = promisify(execFile);
const logger = createLogger('test', { level: 'silent' });
const urgent = { kind: 'consumer', attributes: { 'careledger.frame.urgent': true } } as const;

let collector: Server;
const bodies: string[] = [];
beforeAll(async () => {
  collector = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  collector.closeAllConnections();
  collector.close();
});

interface Exported {
  readonly name: string;
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

const exported = (): Exported[] =>
  bodies.flatMap((body) =>
    (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Exported[] }[] }[] }).resourceSpans.flatMap(
      ({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans),
    ),
  );

/** Runs a program that starts tracing; the packages of OpenTelemetry that it has loaded by then. */
async function loadedWith(env: Readonly<Record<string, string>>): Promise<string[]> {
  const at = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  const program = `
    import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({ resolve(specifier, context, next) {
      const found = next(specifier, context);
      urls.push(found.url);
      return found;
    } });
    await import(${at('../index.js')});
    const { startTracing } = await import(${at('./tracing.js')});
    const tracing = await startTracing({ service: 'a', config: { sampleRatio: 1 }, logger: console });
    await tracing?.stop();
    const packages = urls.flatMap((url) => /node_modules\\/(@opentelemetry\\/[^/]+)/.exec(url)?.[1] ?? []);
    console.log(JSON.stringify([...new Set(packages)].toSorted()));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { PATH: process.env['PATH'], ...env },
  });
  return JSON.parse(stdout) as string[];
}

test('without an endpoint, or switched off, nothing but the interface is loaded', async () => {
  expect(await loadedWith({})).toEqual(['@opentelemetry/api']);
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
  expect(await loadedWith({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).toEqual(['@opentelemetry/api']);
  expect(await loadedWith(endpoint)).toContain('@opentelemetry/sdk-trace');
});

test('while it is off, work is done as ever, and stands nowhere in a trace', async () => {
  expect(isTracing()).toBe(false);
  expect(await traced('work', {}, async ({ traceParent }) => [traceParent, currentTrace()])).toEqual([
    null,
    null,
  ]);
});

test('of a share of traces, every emergency is taken, and what it brings about; errors say their code alone', async () => {
  const { port } = collector.address() as AddressInfo;
  const config = { otlpEndpoint: `http://127.0.0.1:${port}/`, sampleRatio: 0 };
  const tracing = await startTracing({ service: 'service', config, logger, env: {} });
  expect(isTracing()).toBe(true);
  startSpan('ordinary').end();
  const frame = startSpan('frame', urgent);
  const kept = frame.traceParent;
  frame.end();
  const failure = Object.assign(new Error('pat_secret has 41 mg/dL'), { code: 'PROVIDER_AWAY' });
  await expect(
    traced('store', { parent: kept }, () =>
      traced('call', { kind: 'client' }, () => Promise.reject(failure)),
    ),
  ).rejects.toBe(failure);
  // An urgent frame within a request that is not taken.
  await traced('request', { kind: 'server' }, async () => startSpan('frame within', urgent).end());
  await tracing?.stop();
  expect(isTracing()).toBe(false);

  const spans = exported();
  expect(spans.map(({ name }) => name)).toEqual(['frame', 'call', 'store', 'frame within']);
  const [first, call, store] = spans;
  expect(kept).toMatch(new RegExp(`^00-${first?.traceId}-[0-9a-f]{16}-01$`));
  expect([store?.traceId, store?.parentSpanId]).toEqual([first?.traceId, kept?.split('-')[2]]);
  expect(call?.attributes).toContainEqual({ key: 'error.type', value: { stringValue: 'PROVIDER_AWAY' } });
  expect(bodies.join()).not.toContain('pat_secret');
});
