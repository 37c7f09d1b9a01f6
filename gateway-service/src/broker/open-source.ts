import { readFileSync } from 'node:fs';
import { readAuthority } from '@careledger/crypto/x509';
import type { Logger } from '@careledger/service-kit';
import type { GatewayConfig } from '../config.js';
import type { DeviceRegistry } from '../devices/index.js';
import type { IngestPipeline } from '../ingest/index.js';
import { EmbeddedBroker } from './embedded.js';
import { ExternalBroker } from './external.js';

/** What takes a source's frames. */
export interface FrameTakers {
  readonly devices: DeviceRegistry;
  readonly pipeline: IngestPipeline;
}

/** Starts the source that the configuration names: the broker in this process, unless devices use another. */
export function openFrameSource(
  { mqtt, gatewayId }: Pick<GatewayConfig, 'mqtt' | 'gatewayId'>,
  { devices, pipeline }: FrameTakers,
  logger: Pick<Logger, 'warn' | 'info'>,
): Promise<EmbeddedBroker | ExternalBroker> {
  const { external, host, port, tls } = mqtt;
  if (external) {
    const { url, username, password, certificates } = external;
    return ExternalBroker.start({
      ...{ devices, pipeline, url, credentials: { username, password }, gatewayId, logger },
      ...(certificates && {
        certificates: {
          authority: readAuthority(
            readFileSync(certificates.authorityCertFile, 'utf8'),
            readFileSync(certificates.authorityKeyFile, 'utf8'),
          ),
          folder: certificates.revocationsDir,
        },
      }),
    });
  }
  return EmbeddedBroker.start({
    ...{ devices, pipeline, host, port, logger },
    ...(tls && {
      tls: { cert: readFileSync(tls.certFile, 'utf8'), key: readFileSync(tls.keyFile, 'utf8') },
    }),
  });
}
