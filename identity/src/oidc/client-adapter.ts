import type { Adapter, AdapterPayload, ClientMetadata } from 'oidc-provider';
import { isService, type Clients, type Client } from '../clients/clients.js';

/** Registered clients, as `oidc-provider` knows them; it registers none itself. */
export class ClientAdapter implements Adapter {
  constructor(readonly clients: Clients) {}

  async find(clientId: string): Promise<AdapterPayload | undefined> {
    const client = this.clients.find(clientId);
    return client && (metadataOf(client) as AdapterPayload);
  }

  async upsert(): Promise<void> {
    throw new TypeError('Clients are registered by careledger-identity client add');
  }

  async findByUid(): Promise<undefined> {
    return undefined;
  }

  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  async consume(): Promise<void> {
    throw new TypeError('A client is not used up');
  }

  destroy(): Promise<void> {
    return this.upsert();
  }

  async revokeByGrantId(): Promise<void> {
    // A client is of no grant.
  }
}

function metadataOf(client: Client): ClientMetadata {
  const { clientId, name, redirectUris, jwks, jwksUri } = client;
  const common = { client_id: clientId, client_name: name };
  if (isService(client))
    return {
      ...common,
      ...{ grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
      token_endpoint_auth_method: 'private_key_jwt',
      ...(jwks && { jwks: jwks as { keys: [] } }),
      ...(jwksUri !== undefined && { jwks_uri: jwksUri }),
    };
  return {
    ...common,
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [...(redirectUris ?? [])],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
}
