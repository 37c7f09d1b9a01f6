import type { News2Thresholds } from '../../model/config.js';

/** Royal College of Physicians, NEWS2 (2017), chart 2: thresholds and triggers. */
export const NEWS2_DEFAULTS: News2Thresholds = { total: 5, highTotal: 7, singleParameter: 3, spo2Scale: 1 };
