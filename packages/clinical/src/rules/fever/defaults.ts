import type { FeverThresholds } from '../../model/config.js';

/** 38.0 Cel: O'Grady et al., Critical Care Medicine 36:1330 (2008) names 38.3 in hospital; 38.0 is what people at home are told to watch for (NHS). Off unless switched on. */
export const FEVER_DEFAULTS: FeverThresholds = { isOn: false, fromCel: 38 };
