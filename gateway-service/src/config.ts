import { AuthorityId, NetworkId, ProviderId, closedObject } from '@careledger/domain';
import { DEFAULT_WINDOW_MS, MAX_WINDOW_MS, MIN_WINDOW_MS } from '@careledger/clinical';
import { LedgerConfig } from '@careledger/ledger/service';
import { MAX_DIFFICULTY_BITS } from '@careledger/private-chain';
import { Secret, TlsConfig, serviceConfigProperties } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { ACKNOWLEDGE_WITHIN_MS, DELIVER_WITHIN_MS } from './escalation/limits.js';
import { DEFAULT_ANCHOR_INTERVAL_MS } from './delivery/limits.js';
import { EMERGENCIES_PER_DEVICE_HOUR, RECORDS_PER_DEVICE_HOUR } from './processing/limits.js';

const File = Type.String({ minLength: 1 });
const Token = Secret({ minLength: 16 });

/** A limit of silence, milliseconds. */
const SilenceLimit = Type.Optional(Type.Union([Type.Integer({ minimum: 1_000 }), Type.Null()]));

/** Time between comparisons of the channels' grants. */
const DEFAULT_RECONCILE_INTERVAL_MS = 15 * 60_000;

/** Configuration of a gateway; see `config.example.yaml`. */
export const GatewayConfig = closedObject({
  ...serviceConfigProperties,
  /** Audience of devices' tokens and pairing proofs. */
  gatewayId: Type.String({ pattern: '^[a-z0-9][a-z0-9_.-]{0,62}$' }),
  networkId: NetworkId,
  /** Store, keys and journals. */
  dataDir: File,
  /** Opens the key store. */
  keyPassphrase: Secret({ minLength: 12 }),
  /**
   * Who keeps patients' consent keys. `patient`: the patients, with the signer; a passphrase is refused. `gateway`: this
   * gateway as well, encrypted under passphrases that are sent to it: whoever breaks into it can then grant.
   */
  consentKeys: Type.Union([Type.Literal('patient'), Type.Literal('gateway')], { default: 'gateway' }),
  /** Where devices connect; port 0 takes a free one, the ready line names it. */
  mqtt: closedObject(
    {
      host: Type.String({ default: '127.0.0.1' }),
      port: Type.Integer({ minimum: 0, maximum: 65_535, default: 0 }),
      /** What devices are told to connect to, where that is not host and port, e.g. behind a load balancer. */
      publicUrl: Type.Optional(Type.String({ pattern: '^mqtts?://' })),
      tls: Type.Optional(TlsConfig),
      /**
       * A broker that runs elsewhere, in place of the own one: it authenticates the devices, and lets this user read
       * their frames and write their results. Then `publicUrl` says where devices reach it.
       */
      external: Type.Optional(
        closedObject({
          url: Type.String({ pattern: '^mqtts?://' }),
          username: File,
          password: Secret(),
          /**
           * It is a Mosquitto as docker/mosquitto sets it up: who certifies devices for it, and its `capath`. Then devices
           * that are suspended or revoked do not connect, and their sessions end.
           */
          certificates: Type.Optional(
            closedObject({ authorityCertFile: File, authorityKeyFile: File, revocationsDir: File }),
          ),
        }),
      ),
    },
    { default: {} },
  ),
  /** Under load a thread verifies frames beside the one that does the rest, where the host has more than one processor. */
  verifyThread: Type.Boolean({ default: true }),
  /** A client of PatientsMSP. */
  ledger: LedgerConfig,
  /** A client with the attribute careledger.enrol=true, where that is another one. */
  enroller: Type.Optional(closedObject({ certificateFile: File, privateKeyFile: File })),
  /** Cloud providers in the order of preference. */
  providers: Type.Array(
    closedObject({ providerId: ProviderId, url: Type.String({ pattern: '^https?://' }), token: Token }),
    { minItems: 1 },
  ),
  /** Bearer tokens at the apis of authorities, for emergency notices; endpoints come from the ledger. */
  authorities: Type.Array(closedObject({ authorityId: AuthorityId, token: Token }), { default: [] }),
  /** Period of periodic records, in measured time. */
  recordIntervalMs: Type.Integer({
    minimum: MIN_WINDOW_MS,
    maximum: MAX_WINDOW_MS,
    default: DEFAULT_WINDOW_MS,
  }),
  /** Of whom the single values of a window are recorded beside its aggregates: where a grant includes them, or of every patient. */
  detail: Type.Union([Type.Literal('granted'), Type.Literal('always')], { default: 'granted' }),
  /** Records that one device may bring about in an hour: emergencies of now, and all others. Those beyond are made later. */
  recordsPerDeviceHour: Type.Object(
    {
      emergency: Type.Integer({ minimum: 1, default: EMERGENCIES_PER_DEVICE_HOUR }),
      periodic: Type.Integer({ minimum: 1, default: RECORDS_PER_DEVICE_HOUR }),
    },
    { additionalProperties: false, default: {} },
  ),
  /** Time without a reading after which a device is silent, by what it is; null: never. What is left out is as the rules have it. */
  silence: Type.Object(
    {
      cgmMs: SilenceLimit,
      monitorMs: SilenceLimit,
      meterMs: SilenceLimit,
      otherMs: SilenceLimit,
      /** After which authorities are told of a device's silence, or of its wrong clock. */
      authoritiesAfterMs: SilenceLimit,
    },
    { additionalProperties: false, default: {} },
  ),
  /** An alarm of high priority that nobody has acknowledged for so long goes to the next recipients. */
  acknowledgeWithinMs: Type.Integer({ minimum: 1_000, default: ACKNOWLEDGE_WITHIN_MS }),
  /** A notice that its authority does not have after so long is a technical alarm for the patient. */
  deliverWithinMs: Type.Integer({ minimum: 1_000, default: DELIVER_WITHIN_MS }),
  anchorIntervalMs: Type.Integer({ minimum: 1_000, default: DEFAULT_ANCHOR_INTERVAL_MS }),
  reconcileIntervalMs: Type.Integer({ minimum: 1_000, default: DEFAULT_RECONCILE_INTERVAL_MS }),
  /** Leading zero bits of the blocks of new chains: 0 unless for experiments. */
  difficulty: Type.Integer({ minimum: 0, maximum: MAX_DIFFICULTY_BITS, default: 0 }),
  /** Base-2 logarithm of scrypt's N for new key files; the key store's own unless set. */
  scryptLogN: Type.Optional(Type.Integer({ minimum: 10, maximum: 24 })),
});
export type GatewayConfig = Static<typeof GatewayConfig>;
