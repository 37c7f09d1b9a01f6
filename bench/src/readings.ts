/** mg/dL of glucose: an emergency. */
export const VERY_LOW = 41;
