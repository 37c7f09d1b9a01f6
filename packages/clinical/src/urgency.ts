import type { UrgencyValue } from './engine/rule.js';
import { RULES } from './rules/registry.js';
import type { ConfigAt } from './settings/history.js';

/**
 * Whether these values, of one frame, may raise an alarm that must not wait: each rule's own test, by the settings in force
 * at the values' rule time (of several versions, any). A cheap look without what came before; the rules decide later.
 */
export function isUrgent(values: readonly UrgencyValue[], deviceId: string, configAt: ConfigAt): boolean {
  for (const config of new Set(values.map(({ at }) => configAt(at)))) {
    const context = { config, device: config.devices[deviceId] ?? {} };
    if (RULES.some(({ urgency }) => urgency(values, context))) return true;
  }
  return false;
}
