import type { ServiceApp } from '@careledger/service-kit';
import { addSettingsRoutes, type SettingsRouteOptions } from './routes.js';

/** Settings of patients that practitioners state: signed here, and put in force by the patient's gateway. */
export async function settingsPlugin(app: ServiceApp, options: SettingsRouteOptions): Promise<void> {
  addSettingsRoutes(app, options);
}
