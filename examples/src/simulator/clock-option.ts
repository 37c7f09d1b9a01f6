import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../demo/options.js';
import { noClock, wallClock, type DeviceClock } from '../device/clock.js';

/** `none`; `+2m` or `-5h` off; or the time that the device's clock says now. */
export function parseClock(text: string): DeviceClock {
  if (text === 'none') return noClock();
  const [sign = ''] = text;
  if (sign === '+') return wallClock(parseDuration(text.slice(1)));
  if (sign === '-') return wallClock(-parseDuration(text.slice(1)));
  const saidMs = Date.parse(text);
  if (Number.isNaN(saidMs))
    throw new InvalidArgumentError('Give a time such as 1970-01-01T00:00:00Z, +2m, -5h, or none.');
  return wallClock(saidMs - Date.now());
}
