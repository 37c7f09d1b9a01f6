import { createServer, type AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, loadConfig, type ServiceApp } from '@careledger/service-kit';
import { openAdministration } from '../src/administration.js';
import { buildApp } from '../src/app.js';
import { IdentityConfig } from '../src/config.js';
import { writeFile } from 'node:fs/promises';
import { FormBrowser } from '@careledger/service-kit/form-browser';

/** Where the app of a test takes people back; nothing listens there. */
export const CALLBACK = 'http://127.0.0.1:9/callback';
/** Of everybody who was added. */
export const TEST_PASSWORD = randomBytes(12).toString('hex');

/** A provider that listens on the loopback interface, in a folder of its own. */
export class TestIdentity implements AsyncDisposable {
  #app: ServiceApp | undefined;

  private constructor(
    readonly dir: string,
    readonly config: IdentityConfig,
  ) {}

  /** @param audience the service that its tokens are for */
  static async open(audience: string, more: Readonly<Record<string, unknown>> = {}): Promise<TestIdentity> {
    const dir = await mkdtemp(join(tmpdir(), 'careledger-identity-'));
    const port = await freePort();
    const file = join(dir, 'config.json');
    const settings = {
      ...{ issuer: `http://127.0.0.1:${port}`, organisation: 'Hospital', dataDir: join(dir, 'data') },
      ...{ keyPassphrase: randomBytes(12).toString('hex'), audiences: [audience], http: { port } },
    };
    await writeFile(file, JSON.stringify({ ...settings, ...more }));
    const identity = new TestIdentity(dir, loadConfig({ schema: IdentityConfig, file, env: {} }).config);
    await identity.start();
    return identity;
  }

  get issuer(): string {
    return this.config.issuer;
  }

  async start(): Promise<void> {
    this.#app = await buildApp(this.config, createLogger('identity', { level: 'silent' }));
    await this.#app.listen({ host: '127.0.0.1', port: this.config.http.port });
  }

  async stop(): Promise<void> {
    await this.#app?.close();
  }

  async addUser(username: string, profile: Parameters<Administration['users']['add']>[2]): Promise<void> {
    using administration = openAdministration(this.config);
    await administration.users.add(username, TEST_PASSWORD, profile);
  }

  disableUser(username: string): void {
    using administration = openAdministration(this.config);
    administration.users.disable(username);
  }

  /** Of whoever has this name. */
  usernameOf(name: string): string {
    using administration = openAdministration(this.config);
    return administration.users.list().find((user) => user.name === name)?.username ?? '';
  }

  addClient(client: object): void {
    using administration = openAdministration(this.config);
    administration.clients.put(client);
  }

  /** A new key signs from now on. */
  async rotateKey(): Promise<string> {
    using administration = openAdministration(this.config);
    const kid = await administration.rotateKey();
    await this.stop();
    await this.start();
    return kid;
  }

  /** Signs somebody in on the pages and allows what the app asks for. @returns where the app is called back */
  async signIn(
    authorizationUrl: string,
    username: string,
    patientId?: string,
    browser = new FormBrowser(),
  ): Promise<URL> {
    const asked = await browser.open(authorizationUrl, CALLBACK);
    const credentials = { username, password: TEST_PASSWORD };
    let allowing = await browser.send(asked, '/login', credentials, CALLBACK);
    // A page that sends its form by itself: the session of whoever was there before ends.
    const ends = '/session/end/confirm';
    if (allowing.text.includes(ends)) allowing = await browser.send(allowing, ends, {}, CALLBACK);
    const fields: Record<string, string> = patientId === undefined ? {} : { patientId };
    const done = await browser.send(allowing, '/consent', fields, CALLBACK);
    if (done.status !== 0) throw new Error(`Nobody was called back: ${done.text}`);
    return new URL(done.url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.dir, { recursive: true });
  }
}

type Administration = ReturnType<typeof openAdministration>;

/** The issuer's URL has the port, so that it has to be known before anything listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
