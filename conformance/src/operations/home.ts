import { generateKeyPairSync } from 'node:crypto';
import { LOINC } from '@careledger/clinical';
import { signerFromPkcs8 } from '@careledger/crypto';
import { timestampOf } from '@careledger/domain';
import {
  DeviceSession,
  eventually,
  pairDevice,
  subscribe,
  ApiClient,
  type Patient,
} from '@careledger/examples';
import { Type, type Static } from 'typebox';

/** Distance of readings in measured time: many windows close while few frames are sent. */
const STEP_MS = 60_000;
const HISTORY_MS = 20 * 24 * 3_600_000;
/** Glucose goes up by 1 mg/dL from reading to reading, and falls back by less than a monitor may report. */
const LOW_MG_DL = 100;
const SPAN_MG_DL = 15;
const FLUSH_WAIT_MS = 20_000;

const Chain = Type.Object({
  head: Type.Object({ height: Type.Integer(), hash: Type.String() }),
  blocks: Type.Integer(),
  fault: Type.Optional(Type.String()),
});
const Report = Type.Object({
  ok: Type.Boolean(),
  frames: Type.Integer(),
  missing: Type.Integer(),
  gaps: Type.Integer(),
  faultCount: Type.Integer(),
});
const Versions = Type.Object({
  records: Type.Array(
    Type.Object({ recordId: Type.String(), version: Type.Integer(), stage: Type.String() }),
  ),
});
const Bundle = Type.Object({ resourceType: Type.Literal('Bundle'), entry: Type.Array(Type.Unknown()) });

/** A patient at home with a paired device, through the gateway's public doors alone. */
export class Home implements AsyncDisposable {
  #sent = 0;
  readonly #beginMs = Date.now() - HISTORY_MS;

  private constructor(
    readonly patient: Patient,
    readonly session: DeviceSession,
  ) {}

  /**
   * Enrols a patient, pairs a device, and lets the hospital read.
   * @param ca whom the device trusts, as PEM
   * @param certify for a broker that asks for certificates: makes one for the device's private key, both PEM
   */
  static async enrol(
    ops: ApiClient,
    hospital: ApiClient,
    ca: string,
    certify?: (keyPem: string) => Promise<string>,
  ): Promise<Home> {
    const passphrase = 'correct horse battery staple';
    const { patientId, token } = await ops.call(
      'POST',
      '/v1/patients',
      Type.Object({ patientId: Type.String(), token: Type.String() }),
      { passphrase },
    );
    const patient = { patientId, passphrase, api: new ApiClient(ops.url, token) };
    const { pairingCode, gatewayId } = await patient.api.call(
      'POST',
      `/v1/patients/${patientId}/pairing-codes`,
      Type.Object({ pairingCode: Type.String(), gatewayId: Type.String() }),
    );
    const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const device = await pairDevice({
      gatewayUrl: ops.url,
      gatewayId,
      pairingCode,
      type: 'continuous-glucose-monitor',
      codes: [LOINC.glucose],
      signer: signerFromPkcs8(key),
    });
    await subscribe(hospital, 'aut_hospital', patient, {
      permissions: ['read'],
      purposes: ['TREAT'],
      reason: 'Care at home',
    });
    const identity = certify && { key, cert: await certify(key) };
    return new Home(patient, await DeviceSession.open(device, { ca, ...identity }));
  }

  /** Frames that the device has sent, whoever has them. */
  get sent(): number {
    return this.#sent;
  }

  /** Sends the next reading in a frame of its own; resolves once the gateway has it on disk. */
  async send(): Promise<void> {
    const n = this.#sent++;
    const t = timestampOf(this.#beginMs + n * STEP_MS);
    const value = LOW_MG_DL + (n % SPAN_MG_DL);
    const { seq, status } = await this.session.send([{ t, code: LOINC.glucose, value, unit: 'mg/dL' }]);
    if (seq !== n || !['stored', 'duplicate'].includes(status))
      throw new Error(`frame ${n} was answered by ${String(seq)} ${status}`);
  }

  /** Closes windows, seals, anchors, and returns when every record is on both ledgers. */
  async flush(): Promise<void> {
    const path = `/v1/patients/${this.patient.patientId}/flush?timeoutMs=${FLUSH_WAIT_MS}`;
    await eventually('every record arriving', async () => {
      const { isDrained } = await this.#call('POST', path, Type.Object({ isDrained: Type.Boolean() }));
      return isDrained || undefined;
    });
  }

  async chain(): Promise<Static<typeof Chain>> {
    const { head, blocks, fault } = await this.#call('GET', this.#path('chain'), Chain);
    return { head, blocks, ...(fault !== undefined && { fault }) };
  }

  /** The whole chain against its frames and the anchors on the ledger. */
  async verify(): Promise<Static<typeof Report>> {
    const { report } = await this.#call('GET', this.#path('chain/verify'), Type.Object({ report: Report }));
    return report;
  }

  /** Every version of every record that the gateway has made, and how far it has got. */
  async versions(): Promise<Static<typeof Versions>['records']> {
    return (await this.#call('GET', this.#path('records?limit=500'), Versions)).records;
  }

  /** Opens one of the patient's records at an authority, as its practitioner does. @returns how many entries it has */
  async openAt(authority: ApiClient, recordId: string): Promise<number> {
    const path = `/v1/records/${recordId}?patientId=${this.patient.patientId}`;
    return (await authority.call('GET', path, Bundle)).entry.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.close();
  }

  #path(rest: string): string {
    return `/v1/patients/${this.patient.patientId}/${rest}`;
  }

  #call: ApiClient['call'] = (...args) => this.patient.api.call(...args);
}
