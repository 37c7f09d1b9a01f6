import { NetworkId, ProviderId, RECORD_MAX_BYTES, closedObject } from '@careledger/domain';
import { LedgerConfig } from '@careledger/ledger/service';
import { Secret, serviceConfigProperties } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';

const File = Type.String({ minLength: 1 });

/** Configuration of a cloud provider's service; see `config.example.yaml`. */
export const CloudConfig = closedObject({
  ...serviceConfigProperties,
  /** This provider, as registered on both channels. */
  providerId: ProviderId,
  networkId: NetworkId,
  /** Where others reach this service; what `careledger-cloud register` writes on the ledger. */
  endpoint: Type.String({ pattern: '^https?://' }),
  /** Blobs, database and keys. */
  dataDir: File,
  /** Always by the own peer: what this provider releases, it releases by what its own peer says. */
  ledger: Type.Omit(LedgerConfig, ['peerMspIds'], { additionalProperties: false }),
  /** Opens the key store. */
  keyPassphrase: Secret({ minLength: 12 }),
  /** Bearer tokens with which this provider calls the others. */
  providers: Type.Array(closedObject({ providerId: ProviderId, token: Secret({ minLength: 16 }) }), {
    default: [],
  }),
  /** What one organisation may have on its way to the ledger at once; more is refused with 429. */
  quota: closedObject(
    {
      versionsMax: Type.Integer({ minimum: 1, default: 4_096 }),
      bytesMax: Type.Integer({ minimum: RECORD_MAX_BYTES, default: 256 * 1024 * 1024 }),
    },
    { default: {} },
  ),
});
export type CloudConfig = Static<typeof CloudConfig>;
