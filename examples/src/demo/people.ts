import { randomBytes } from 'node:crypto';
<<<<<<< HEAD
import { isInterstitial } from '@careledger/clinical';
=======
import { Gateway } from '@careledger/client';
>>>>>>> clients
import { CHANNELS } from '@careledger/domain';
import { eventually } from '../client/eventually.js';
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

<<<<<<< HEAD
const NewPatient = Type.Object({ patientId: Type.String(), token: Type.String() });
const Registration = Type.Object({ registeredOn: Type.Array(Type.String()) });
const PairingCode = Type.Object({ pairingCode: Type.String() });

/** Enrols one person for each subject of the recording and pairs a device with the codes that it holds. */
export async function enrol(ops: ApiClient, gatewayId: string, recording: Recording): Promise<Person[]> {
  const type = recording.codes.some(isInterstitial) ? 'continuous-glucose-monitor' : 'bedside-monitor';
=======
/** What kind of device the recording's columns come from. */
const GLUCOSE_CODE = '2339-0';

/** Enrols one person for each subject of the recording and pairs a device with the codes that it holds. */
export async function enrol(ops: Gateway, gatewayId: string, recording: Recording): Promise<Person[]> {
  const type = recording.codes.includes(GLUCOSE_CODE) ? 'continuous-glucose-monitor' : 'bedside-monitor';
>>>>>>> clients
  return Promise.all(
    [...recording.subjects].map(async ([subject, rows]) => {
      const passphrase = randomBytes(12).toString('base64url');
      const { patientId, token } = await ops.createPatient({ body: { passphrase } });
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
    }),
  );
}
