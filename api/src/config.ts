import { AuthorityId, AuthorityKind, NetworkId, ProviderId, closedObject } from '@careledger/domain';
import { LedgerConfig } from '@careledger/ledger/service';
import { Secret, serviceConfigProperties } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';

const File = Type.String({ minLength: 1 });
const Url = Type.String({ pattern: '^https?://' });

/** A cloud provider through which this authority stores, asks and relays. */
export const ProviderAccess = closedObject({
  providerId: ProviderId,
  token: Secret({ minLength: 16 }),
  /** Where it answers; the endpoint that it registered on the ledger unless set. */
  url: Type.Optional(Url),
});
export type ProviderAccess = Static<typeof ProviderAccess>;

/** Configuration of an authority's api; see `config.example.yaml`. */
export const ApiConfig = closedObject({
  ...serviceConfigProperties,
  /** This authority, as registered on both channels. */
  authorityId: AuthorityId,
  /** What it is; written on the ledger by `careledger-api register`. */
  kind: AuthorityKind,
  networkId: NetworkId,
  /** Where others reach this service; written on the ledger too. */
  endpoint: Url,
  /** Database and keys. */
  dataDir: File,
  ledger: LedgerConfig,
  /** Opens the key store. */
  keyPassphrase: Secret({ minLength: 12 }),
  /** Tried in this order. */
  providers: Type.Array(ProviderAccess, { minItems: 1 }),
  /** How long a write or a visit may keep its caller waiting before the answer is 202. */
  answerWithinMs: Type.Integer({ minimum: 0, maximum: 25_000, default: 10_000 }),
  /** A direct emergency without its announcement after this time is listed as unmatched. */
  unmatchedAfterMs: Type.Integer({ minimum: 0, default: 60_000 }),
});
export type ApiConfig = Static<typeof ApiConfig>;
