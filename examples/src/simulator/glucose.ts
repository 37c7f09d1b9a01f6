import { LOINC } from '@careledger/clinical';
import { timestampOf, type Reading } from '@careledger/domain';

/** Where a healthy person's glucose tends to, in mg/dL. */
const SETPOINT_MG_DL = 110;
/** How strongly it is drawn back, per step; and how far it wanders at most in one. */
const PULL = 0.05;
const STEP_MG_DL = 8;

/** A glucose value that wanders plausibly: never faster than a monitor may report. */
export class SimulatedGlucose {
  #valueMgDl = SETPOINT_MG_DL;

  /** The reading at a time, milliseconds since the epoch. */
  next(timeMs: number): Reading {
    const drift = (SETPOINT_MG_DL - this.#valueMgDl) * PULL;
    this.#valueMgDl += drift + (Math.random() - 0.5) * 2 * STEP_MG_DL;
    const value = Math.round(this.#valueMgDl);
    return { t: timestampOf(timeMs), code: LOINC.interstitialGlucose, value, unit: 'mg/dL' };
  }
}
