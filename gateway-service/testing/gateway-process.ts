import { EmbeddedBroker } from '../src/broker/index.js';
import { openTestCore, openTestKeyStore } from './open-core.js';

/** A gateway in a process of its own, to be killed: prints its broker's URL and serves the folder given. */
const folder = process.argv[2];
if (folder === undefined) throw new Error('Name the folder of the store');
const core = openTestCore(folder, await openTestKeyStore(folder));
const broker = await EmbeddedBroker.start({
  devices: core.devices,
  pipeline: core.pipeline,
  host: '127.0.0.1',
  port: 0,
  logger: {
    info: () => undefined,
    warn: (line: unknown) => process.stderr.write(`${JSON.stringify(line)}\n`),
  },
});
process.stdout.write(`${broker.url}\n`);
