export { MEASURES, NAMES } from './registry.js';
export type { Figures, Measure, Outcome } from './run/measure.js';
