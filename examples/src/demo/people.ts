import { randomBytes } from 'node:crypto';
import { isInterstitial } from '@careledger/clinical';
import { CHANNELS } from '@careledger/domain';
import { Type } from 'typebox';
import { ApiClient } from '../client/api-client.js';
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
  readonly api: ApiClient;
  readonly device: PairedDevice;
  readonly rows: readonly RecordingRow[];
}

const NewPatient = Type.Object({ patientId: Type.String(), token: Type.String() });
const Registration = Type.Object({ registeredOn: Type.Array(Type.String()) });
const PairingCode = Type.Object({ pairingCode: Type.String() });

/** Enrols one person for each subject of the recording and pairs a device with the codes that it holds. */
export async function enrol(ops: ApiClient, gatewayId: string, recording: Recording): Promise<Person[]> {
  const type = recording.codes.some(isInterstitial) ? 'continuous-glucose-monitor' : 'bedside-monitor';
  return Promise.all(
    [...recording.subjects].map(async ([subject, rows]) => {
      const passphrase = randomBytes(12).toString('base64url');
      const { patientId, token } = await ops.call('POST', '/v1/patients', NewPatient, { passphrase });
      const api = new ApiClient(ops.url, token);
      const { pairingCode } = await api.call('POST', `/v1/patients/${patientId}/pairing-codes`, PairingCode);
      const device = await pairDevice({
        gatewayUrl: ops.url,
        gatewayId,
        pairingCode,
        type,
        codes: recording.codes,
      });
      await eventually(`The registration of ${patientId}`, async () => {
        const { registeredOn } = await api.call('GET', `/v1/patients/${patientId}`, Registration);
        return registeredOn.length === CHANNELS.length ? registeredOn : undefined;
      });
      return { subject, patientId, passphrase, api, device, rows };
    }),
  );
}
