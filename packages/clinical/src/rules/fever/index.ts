import { defineThresholdRule } from '../../engine/threshold-rule.js';
import { levelOf } from '../../model/alarm.js';
import { LOINC } from '../../model/codes.js';
import { NEWS2_HORIZON_MS } from '../../model/limits.js';

/** Thermometers show tenths; halfway counts as the warmer, to a ten-thousandth of a step: for single precision, and for °F. */
const TENTHS = 10;
const STEP_PRECISION = 1e4;
const inTenths = (value: number): number =>
  Math.round(Math.round(value * TENTHS * STEP_PRECISION) / STEP_PRECISION) / TENTHS;

/** From 38.0 Cel on, at once and of low priority, where it is switched on. */
export const FEVER = defineThresholdRule({
  name: 'fever',
  takes: [LOINC.temperature],
  horizonMs: NEWS2_HORIZON_MS,
  thresholds: [
    {
      rule: 'fever',
      level: levelOf('low'),
      grade({ values }, { fever }) {
        if (!fever.isOn) return null;
        const warmest = Math.max(...values.map(({ value }) => inTenths(value)));
        return warmest >= fever.fromCel ? 'emergency' : 'recovered';
      },
      onsetMs: () => 0,
    },
  ],
});
