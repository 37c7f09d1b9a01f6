export { SettingsHistories } from './histories.js';
export { SettingsService } from './service.js';
export { settingsStatement } from './stated.js';
export { SettingsStore } from './store.js';
