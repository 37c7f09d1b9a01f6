import { NetworkId, ProviderId, closedObject } from '@careledger/domain';
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
  ledger: LedgerConfig,
  /** Opens the key store. */
  keyPassphrase: Secret({ minLength: 12 }),
  /** Bearer tokens with which this provider calls the others. */
  providers: Type.Array(closedObject({ providerId: ProviderId, token: Secret({ minLength: 16 }) }), {
    default: [],
  }),
});
export type CloudConfig = Static<typeof CloudConfig>;
