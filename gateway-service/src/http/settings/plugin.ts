import type { ServiceApp } from '@careledger/service-kit';
import { addSettingsRoutes } from './routes.js';
import { SettingsViews, type SettingsViewsOptions } from './service.js';

/** How a patient's readings are judged: what is in force, its history, and new versions. */
export async function settingsPlugin(app: ServiceApp, options: SettingsViewsOptions): Promise<void> {
  addSettingsRoutes(app, new SettingsViews(options));
}
