import { setTimeout as delay } from 'node:timers/promises';
import { LOINC } from '@careledger/clinical';
import { Command } from 'commander';
import { parseDuration } from '../demo/options.js';
import { wallClock, type DeviceClock } from '../device/clock.js';
import { pairDevice } from '../device/pairing.js';
import { DeviceSession } from '../device/session.js';
import { parseClock } from './clock-option.js';
import { SimulatedGlucose } from './glucose.js';

/** A simulated glucose monitor: pairs with a gateway and sends a reading now and then, until Ctrl-C. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('careledger-device')
    .description(
      'A simulated glucose monitor: pairs with a gateway, then signs and sends a reading per interval',
    )
    .requiredOption('--gateway <url>', 'HTTP address of the gateway')
    .requiredOption('--gateway-id <id>', 'its id, as the answer with the pairing code names it')
    .requiredOption('--pairing-code <code>', 'from POST /v1/patients/{patientId}/pairing-codes')
    .option('--every <duration>', 'time between readings', parseDuration, parseDuration('5s'))
    .option(
      '--clock <time>',
      'what the device’s clock says now, e.g. 1970-01-01T00:00:00Z; how far it is off, +2m or (with =) -5h; or none',
      parseClock,
      wallClock(),
    );
  program.parse(argv, { from: 'user' });
  const { clock, every, gateway, gatewayId, pairingCode } = program.opts<{
    clock: DeviceClock;
    every: number;
    gateway: string;
    gatewayId: string;
    pairingCode: string;
  }>();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const device = await pairDevice({
    gatewayUrl: gateway,
    gatewayId,
    pairingCode,
    type: 'continuous-glucose-monitor',
    codes: [LOINC.interstitialGlucose],
  });
  process.stdout.write(`paired as ${device.registration.deviceId}\n`);
  await using session = await DeviceSession.open(device, { clock });
  if (session.offsetMs !== undefined)
    process.stdout.write(`the gateway adds ${session.offsetMs} ms to its times\n`);
  const glucose = new SimulatedGlucose();
  while (!stop.signal.aborted) {
    const reading = glucose.next(Date.now());
    const { code = '', height = '', seq, status } = await session.send([reading]);
    process.stdout.write(
      `frame ${seq}: ${reading.value} ${reading.unit} → ${status} ${code} block ${height}\n`,
    );
    await delay(every, undefined, { signal: stop.signal }).catch(() => undefined); // Ctrl-C ends the wait
  }
}
