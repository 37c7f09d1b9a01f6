import { join } from 'node:path';
import {
  startCareledger,
  startEmbeddedNetwork,
  type Careledger,
  type CareledgerOptions,
  type ProcessGroup,
  type RunningNetwork,
} from '@careledger/supervisor';

export const HOUR_MS = 3_600_000;
/**
 * None: services are started as in their image (docker/Dockerfile), with Node's own heap but for an api, and so are the bare loops
 * beside them. The small
 * heaps of a demo are collected so often that this would be a good part of every figure.
 */
const NODE_FLAGS: readonly string[] = [];

/** A network with everything that runs on it. */
interface Started {
  readonly network: RunningNetwork;
  readonly careledger: Careledger;
}

/** All services, on an embedded network in `dir`; their gateway makes a record of each hour. */
export async function startServices(
  processes: ProcessGroup,
  dir: string,
  options: Pick<CareledgerOptions, 'authorities' | 'anchorIntervalMs'>,
): Promise<Started> {
  const network = await startEmbeddedNetwork(processes, join(dir, 'network'), join(dir, 'logs'));
  const careledger = await startCareledger({
    ...{ processes, network, dir, recordIntervalMs: HOUR_MS, nodeFlags: NODE_FLAGS },
    ...options,
  });
  return { network, careledger };
}
