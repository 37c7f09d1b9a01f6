import type { ServiceApp } from '@careledger/service-kit';
import { addFrameRoutes } from './routes.js';
import { FrameService, type FrameServiceOptions } from './service.js';

/** Frames over HTTP, for devices without MQTT. */
export async function framesPlugin(app: ServiceApp, options: FrameServiceOptions): Promise<void> {
  addFrameRoutes(app, new FrameService(options));
}
