import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey, type JWK, type JWTPayload } from 'jose';

/** How long a token is good unless told. */
const LIFETIME_S = 300;
const SMART = '/.well-known/smart-configuration';
const AUDIENCE = 'https://api.hospital.example';

/** A key of an issuer, as it publishes it. */
export interface IssuerKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** Draws a key for signatures. */
export async function newIssuerKey(alg = 'ES256'): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const kid = randomUUID();
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** An OpenID provider as far as services meet it: metadata and keys over HTTP, and tokens that it really signs. */
export class TestIssuer implements AsyncDisposable {
  readonly #server: Server;
  /** What it publishes. */
  keys: readonly IssuerKey[];
  /** While it is away it answers nothing but 500. */
  isAway = false;
  /** How often its keys were fetched. */
  fetched = 0;
  /** What its metadata say of themselves, where that is not the truth. */
  claimedIssuer: string | undefined;
  /** More of its OpenID metadata. */
  metadata: Readonly<Record<string, unknown>> = {};
  /** What it says to SMART apps, if anything. */
  smart: Readonly<Record<string, unknown>> | undefined;
  /** How often it was asked for any document. */
  asked = 0;

  private constructor(server: Server, key: IssuerKey) {
    this.#server = server;
    this.keys = [key];
    server.on('request', ({ url }, response) => {
      response.setHeader('content-type', 'application/json');
      this.asked += 1;
      if (this.isAway) response.writeHead(500).end();
      else if (url === SMART && this.smart === undefined) response.writeHead(404).end();
      else response.end(JSON.stringify(this.#document(url ?? '')));
    });
  }

  static async open(): Promise<TestIssuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TestIssuer(server, await newIssuerKey());
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Signs claims as an access token for `AUDIENCE`; what is undefined is left out. */
  sign(claims: JWTPayload, key: IssuerKey | undefined = this.keys[0]): Promise<string> {
    if (key === undefined) throw new Error('The issuer has no key');
    const now = Math.floor(Date.now() / 1_000);
    const all = { iss: this.url, aud: AUDIENCE, iat: now, exp: now + LIFETIME_S, ...claims };
    return new SignJWT(all)
      .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt' })
      .sign(key.privateKey);
  }

  /** As a service that trusts it is configured; people come with claims `role`, `profession`, `unit` and `patient`. */
  trusted(mspId: string) {
    return {
      ...{ issuer: this.url, audience: AUDIENCE, mspId },
      claims: {
        person: 'sub',
        name: 'name',
        role: 'role',
        profession: 'profession',
        unit: 'unit',
        patient: 'patient',
      },
      roles: [
        { value: 'clinician', role: 'practitioner' as const },
        { value: 'operator', role: 'ops' as const },
        { value: 'revisor', role: 'auditor' as const },
      ],
      machines: [{ clientId: 'ward-system', role: 'practitioner' as const, unit: 'ward' }],
      ...{ scopesWhenNone: [] as string[], unknownPersons: 'refuse' as 'refuse' | 'provision' },
      ...{ clockToleranceS: 30, keysFreshS: 300, keysMaxAgeS: 3_600 },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #document(url: string): object {
    if (url === '/.well-known/openid-configuration')
      return { issuer: this.claimedIssuer ?? this.url, jwks_uri: `${this.url}/keys`, ...this.metadata };
    if (url === SMART) return this.smart ?? {};
    this.fetched += 1;
    return { keys: this.keys.map(({ jwk }) => jwk) };
  }
}
