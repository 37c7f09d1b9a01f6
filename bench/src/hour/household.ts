import { Gateway } from '@careledger/client';
import { LOINC } from '@careledger/clinical';
import { CHANNELS } from '@careledger/domain';
import { DeviceSession, eventually, pairDevice, someAtOnce } from '@careledger/examples';
import { ConsentSigner, Desk, newContent } from '@careledger/signer';
import type { Careledger, RunningNetwork } from '@careledger/supervisor';
import { BenchError } from '../errors.js';
import { VERY_LOW } from '../readings.js';
import { HOUR_MS } from '../services/start.js';

/** A continuous glucose monitor measures every five minutes. */
const READING_INTERVAL_MS = 300_000;
/** mg/dL: no alarm. */
const NORMAL = 100;
const VALUES = 20;
/** Patients who are enrolled at once. */
const AT_ONCE = 16;

/** A patient with a key of its own, and a monitor that is connected. */
export interface Resident {
  readonly patientId: string;
  readonly monitor: DeviceSession;
}

/** Enrols patients who hold their own keys, each of whom lets some authorities read, with a glucose monitor each. */
export async function settle(
  careledger: Careledger,
  network: RunningNetwork,
  { count, readers }: { readonly count: number; readonly readers: readonly string[] },
): Promise<Resident[]> {
  return someAtOnce(Array.from({ length: count }), () => residentOf(careledger, network, readers), AT_ONCE);
}

/** Signers of patients who are not enrolled yet. */
export const newSigners = (count: number, { networkId }: RunningNetwork): Promise<ConsentSigner[]> =>
  someAtOnce(
    Array.from({ length: count }),
    async () => ConsentSigner.of(await newContent(networkId)),
    AT_ONCE,
  );

async function residentOf(
  { gateway, authorities }: Careledger,
  { networkId }: RunningNetwork,
  readers: readonly string[],
): Promise<Resident> {
  const { url, tokens, gatewayId } = gateway;
  const signer = await ConsentSigner.of(await newContent(networkId));
  const desk = new Desk({ signer, keep: () => Promise.resolve(), confirm: () => Promise.resolve() });
  await desk.enrol({ url, token: tokens.ops });
  const { patientId } = desk;
  const api = new Gateway({ url, token: signer.content.gateway?.token ?? '' });
  await eventually(`The registration of ${patientId}`, async () => {
    const { registeredOn } = await api.getPatient({ path: { patientId } });
    return registeredOn.length === CHANNELS.length ? registeredOn : undefined;
  });
  for (const name of readers) {
    const authorityId = authorities[name]?.authorityId ?? '';
    const authority = await desk.client.authority(authorityId);
    signer.trust(authorityId, authority.encryptionKey);
    const terms = { authorityId, permissions: ['read'], purposes: ['TREAT', 'ETREAT'] } as const;
    await desk.decide(await signer.grant(terms, await desk.look(), authority));
  }
  const { pairingCode } = await api.createPatientPairingCode({ path: { patientId } });
  const codes = [LOINC.interstitialGlucose];
  const type = 'continuous-glucose-monitor';
  const device = await pairDevice({ gatewayUrl: url, gatewayId, pairingCode, type, codes });
  return { patientId, monitor: await DeviceSession.open(device) };
}

/** A monitor sends a value that calls for help; resolves when the gateway has it. */
export async function sendEmergency({ monitor }: Resident): Promise<void> {
  const t = new Date().toISOString();
  await monitor.send([{ t, code: LOINC.interstitialGlucose, value: VERY_LOW, unit: 'mg/dL' }]);
}

/** The beginning of the hour that is so many hours ago; 0: the one that runs. */
export const hourAgo = (hours: number): number => (Math.floor(Date.now() / HOUR_MS) - hours) * HOUR_MS;

/**
 * Each monitor sends the readings of an hour in one frame, all of them at once. Whatever the hour before holds becomes due with
 * that: its window closes.
 */
export async function sendHour(residents: readonly Resident[], beginMs: number): Promise<void> {
  const readings = Array.from({ length: HOUR_MS / READING_INTERVAL_MS }, (_, index) => ({
    ...{ t: new Date(beginMs + index * READING_INTERVAL_MS).toISOString(), code: LOINC.interstitialGlucose },
    ...{ value: NORMAL + (index % VALUES), unit: 'mg/dL' },
  }));
  await Promise.all(
    residents.map(async ({ monitor }) => {
      const { status, code } = await monitor.send(readings);
      if (status !== 'stored') throw new BenchError('MEASURE_INVALID', `A frame was ${status}: ${code}`);
    }),
  );
}
