import type { Logger } from '@careledger/service-kit';
import { EmbeddedBroker } from '../src/broker/embedded.js';
import type { TestCore } from './test-core.js';

const SILENT: Pick<Logger, 'info' | 'warn'> = { info: () => undefined, warn: () => undefined };

/** The embedded broker on a core, at a free port and by the core's clock. */
export function startBroker(testCore: TestCore, logger = SILENT): Promise<EmbeddedBroker> {
  const { devices, pipeline } = testCore.core;
  return EmbeddedBroker.start({
    ...{ devices, pipeline, host: '127.0.0.1', port: 0, logger },
    clock: () => testCore.nowMs,
  });
}
