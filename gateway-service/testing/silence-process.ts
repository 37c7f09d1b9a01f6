import { EmbeddedBroker } from '../src/broker/index.js';
import { GATEWAY_MIGRATIONS } from '../src/migrations.js';
import { openTestCore, openTestKeyStore } from './open-core.js';
import { testProcessor } from './test-processor.js';

/**
 * A gateway with its rules in a process of its own, to be killed: serves the folder given, prints its broker's URL, and
 * a line of JSON whenever what is stored of silences changes.
 */
const [, , folder, limitMs, authoritiesAfterMs] = process.argv;
if (folder === undefined) throw new Error('Name the folder of the store');
const LOOK_MS = 50;

const core = openTestCore(folder, await openTestKeyStore(folder), { migrations: GATEWAY_MIGRATIONS });
const { database } = core.store;
const processor = testProcessor({
  ...{ core, clock: Date.now },
  overrides: { silence: { cgmMs: Number(limitMs), authoritiesAfterMs: Number(authoritiesAfterMs) } },
});
await processor.start();
const broker = await EmbeddedBroker.start({
  devices: core.devices,
  pipeline: core.pipeline,
  host: '127.0.0.1',
  port: 0,
  logger: { info: () => undefined, warn: () => undefined },
});
process.stdout.write(`${broker.url}\n`);
let shown = '';
setInterval(() => {
  const rows = database
    .prepare(`SELECT episode_id AS id, status, marks FROM episodes WHERE rule = 'silence' ORDER BY raised_ms`)
    .all();
  const line = JSON.stringify(rows);
  if (line !== shown) process.stdout.write(`${(shown = line)}\n`);
}, LOOK_MS);
