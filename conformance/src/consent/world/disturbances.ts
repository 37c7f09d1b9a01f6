import type { World } from './world.js';

/** How long a process is stopped: longer than a client waits before it looks again. */
const PAUSE_MS = 1_500;

/** What is done to the world while clients go on. */
export type Disturbance = 'kill-network' | 'kill-provider' | 'stop-network' | 'stop-provider' | 'permits-end';

/** In this order, at equal distances of the way. */
export const DISTURBANCES: readonly Disturbance[] = [
  'permits-end',
  'kill-provider',
  'stop-network',
  'kill-network',
  'stop-provider',
  'permits-end',
];

/** Those of the provider alone, where the network cannot be killed as a whole. Fabric's processes are killed in `src/faults`. */
export const PROVIDER_DISTURBANCES: readonly Disturbance[] = [
  'permits-end',
  'kill-provider',
  'stop-provider',
];

/** @param tryPermits has everybody who holds a permit try it */
export function disturb(world: World, what: Disturbance, tryPermits: () => Promise<void>): Promise<void> {
  switch (what) {
    case 'kill-network':
      return world.killNetwork();
    case 'kill-provider':
      return world.killProvider();
    case 'stop-network':
      return world.pause(world.networkProcess?.pid, PAUSE_MS);
    case 'stop-provider':
      return world.pause(world.provider.child.pid, PAUSE_MS);
    case 'permits-end':
      return world.letPermitsEnd(tryPermits);
  }
}
