import { randomBytes } from 'node:crypto';
import { Gateway } from '@careledger/client';
import { isInterstitial } from '@careledger/clinical';
import { CHANNELS } from '@careledger/domain';
import { eventually } from '../client/eventually.js';
import { someAtOnce } from '../client/some-at-once.js';
import { pairDevice, type PairedDevice } from '../device/pairing.js';
import type { Recording, RecordingRow } from '../recording/recording.js';

/** A person of the recording, enrolled at the gateway, with a paired device. */
export interface Person {
  /** Name in the recording; never sent anywhere. */
  readonly subject: string;
  readonly patientId: string;
  /** Unlocks the consent key. */
  readonly passphrase: string;
  /** The patient's own client of the gateway. */
  readonly api: Gateway;
  readonly device: PairedDevice;
  readonly rows: readonly RecordingRow[];
}

/** Enrols one person for each subject of the recording and pairs a device with the codes that it holds. */
export async function enrol(ops: Gateway, gatewayId: string, recording: Recording): Promise<Person[]> {
  const type = recording.codes.some(isInterstitial) ? 'continuous-glucose-monitor' : 'bedside-monitor';
  return someAtOnce([...recording.subjects], async ([subject, rows]) => {
    const passphrase = randomBytes(12).toString('base64url');
    const { patientId, token } = await ops.finished(await ops.createPatient({ body: { passphrase } }));
    const { url } = ops.connection;
    const api = new Gateway({ url, token });
    const { pairingCode } = await api.createPatientPairingCode({ path: { patientId } });
    const device = await pairDevice({
      gatewayUrl: url,
      gatewayId,
      pairingCode,
      type,
      codes: recording.codes,
    });
    await eventually(`The registration of ${patientId}`, async () => {
      const { registeredOn } = await api.getPatient({ path: { patientId } });
      return registeredOn.length === CHANNELS.length ? registeredOn : undefined;
    });
    return { subject, patientId, passphrase, api, device, rows };
  });
}
