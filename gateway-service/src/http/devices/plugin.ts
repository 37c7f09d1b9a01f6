import type { ServiceApp } from '@careledger/service-kit';
import { addDeviceRoutes } from './routes.js';
import { DeviceService, type DeviceServiceOptions } from './service.js';

/** Devices: pairing, and what the patient may do with them. */
export async function devicesPlugin(app: ServiceApp, options: DeviceServiceOptions): Promise<void> {
  addDeviceRoutes(app, new DeviceService(options));
}
