import { closedObject } from '@careledger/domain';
import { isSecureUrl } from '@careledger/service-kit';
import type { Database } from '@careledger/service-kit/sqlite';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';

const Url = Type.String({ pattern: '^https?://' });

/** A program that asks for tokens, as an operator registers it. It has no secret: an app proves itself by PKCE, a service by its key. */
export const Client = closedObject({
  clientId: Type.String({ pattern: '^[\\w.-]{1,64}$' }),
  name: Type.String({ minLength: 1, maxLength: 128 }),
  /** Of an app in which people sign in: where it takes them back. */
  redirectUris: Type.Optional(Type.Array(Url, { minItems: 1 })),
  /** Of a service (SMART Backend Services): its public keys, or where they are. */
  jwks: Type.Optional(closedObject({ keys: Type.Array(Type.Unknown(), { minItems: 1 }) })),
  jwksUri: Type.Optional(Url),
  /** What it may ask for at the most, e.g. `patient/*.rs`, `user/Observation.rs`, `careledger/ops`. */
  scopes: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
});
export type Client = Static<typeof Client>;

/** Whether it acts in its own name. */
export const isService = ({ redirectUris }: Client): boolean => redirectUris === undefined;

/** The clients of the provider. */
export class Clients {
  constructor(readonly database: Database) {}

  /** Registers a client, or what it is from now on. @throws RangeError for what is no client */
  put(client: unknown): Client {
    if (!Value.Check(Client, client)) {
      const [fault] = Value.Errors(Client, client);
      throw new RangeError(`No client: ${fault?.instancePath ?? ''} ${fault?.message ?? ''}`);
    }
    const { clientId, jwks, jwksUri, redirectUris = [] } = client;
    for (const url of [...redirectUris, ...(jwksUri === undefined ? [] : [jwksUri])])
      if (!isSecureUrl(url)) throw new RangeError(`${url} is neither https nor on the loopback interface`);
    if (isService(client) === (jwks === undefined && jwksUri === undefined))
      throw new RangeError('An app has redirectUris, a service has jwks or jwksUri, and none has both');
    this.database.transaction(() =>
      this.database
        .prepare(
          `INSERT INTO clients (client_id, metadata) VALUES (?, ?)
           ON CONFLICT DO UPDATE SET metadata = excluded.metadata`,
        )
        .run(clientId, JSON.stringify(client)),
    );
    return client;
  }

  find(clientId: string): Client | undefined {
    const row = this.database.prepare('SELECT metadata FROM clients WHERE client_id = ?').get(clientId) as
      { readonly metadata: string } | undefined;
    return row && (JSON.parse(row.metadata) as Client);
  }

  list(): Client[] {
    const rows = this.database.prepare('SELECT metadata FROM clients ORDER BY client_id').all();
    return (rows as unknown as { metadata: string }[]).map(({ metadata }) => JSON.parse(metadata) as Client);
  }

  /** @throws RangeError where there is none */
  remove(clientId: string): void {
    const { changes } = this.database.transaction(() =>
      this.database.prepare('DELETE FROM clients WHERE client_id = ?').run(clientId),
    );
    if (changes === 0) throw new RangeError(`There is no client ${clientId}`);
  }
}
