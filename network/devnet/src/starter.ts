import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { genesisBlock, organisationsIn } from './block/config-block.js';
import { ChaincodeConnection } from './chaincode/connection.js';
import type { ModuleProcess } from './chaincode/host/module-process.js';
import { serverAt } from './chaincode/server.js';
import { readChaincodeTls } from './chaincode/tls.js';
import type { ChaincodeTls } from './chaincode/tls.js';
import { Channel } from './channel/channel.js';
import type { ConnectionTable } from './channel/channel.js';
import { CommitNotifier } from './channel/commit-notifier.js';
import { modulePath, sourcesOf } from './config/modules.js';
import { organisationsOf } from './config/options.js';
import type { ChannelOptions, DevnetOptions } from './config/options.js';
import type { ConnectionProfile } from './connection-profile.js';
import { removeConnectionProfile, writeConnectionProfile } from './connection-profile.js';
import { Endorser } from './endorse/endorser.js';
import { DevnetError, messageOf } from './errors.js';
import { Endpoint } from './gateway/endpoint.js';
import { Peers } from './gateway/peers.js';
import {
  defaultPeerName,
  ensureOrganisation,
  ensureTls,
  identityFolder,
} from './identity/organisation-store.js';
import type { TlsMaterial } from './identity/organisation-store.js';
import { readSigningIdentity } from './identity/signing-identity.js';
import { lifetimesOf } from './ledger/expiry.js';
import type { Lifetime } from './ledger/expiry.js';
import { Ledger } from './ledger/ledger.js';
import { TransientStore } from './ledger/transient-store.js';
import { defineChaincodes } from './lifecycle/define.js';
import { DEFAULT_BATCH_TIMEOUT_MS, DEFAULT_TIME_WINDOW_MS, MAX_BLOCK_MESSAGES } from './limits.js';
import type { Log } from './log.js';
import { MspManager } from './msp/manager.js';
import { Msp } from './msp/msp.js';
import { Orderer } from './order/orderer.js';

const LOOPBACK = '127.0.0.1';

/** The steps of a start. Whatever is opened is put on the stack, to be closed in reverse. */
export class Starter {
  readonly dir: string;
  readonly #channels: readonly [string, ChannelOptions][];
  /** Host name of each organisation's peer. */
  readonly #peerNames: ReadonlyMap<string, string>;
  readonly #connections = new Map<string, ChaincodeConnection>();
  readonly #modules: ReadonlyMap<string, ModuleProcess>;
  /** Connections to chaincode that the devnet runs. */
  readonly #toModules: ChaincodeConnection[] = [];
  readonly #options: DevnetOptions;
  readonly #log: Log;
  readonly #stack: AsyncDisposableStack;

  constructor(
    options: DevnetOptions,
    modules: readonly ModuleProcess[],
    log: Log,
    stack: AsyncDisposableStack,
  ) {
    this.#options = options;
    this.#log = log;
    this.#stack = stack;
    this.dir = resolve(options.dir);
    this.#modules = new Map(modules.map((each) => [each.path, each]));
    this.#channels = Object.entries(options.channels);
    const mspIds = this.#channels.flatMap(([, each]) => each.organizations);
    this.#peerNames = new Map(
      mspIds.map((mspId) => [mspId, options.peerNames?.[mspId] ?? defaultPeerName(mspId)]),
    );
  }

  async run(): Promise<ConnectionProfile> {
    await mkdir(this.dir, { recursive: true });
    const mspIds = [...new Set(this.#channels.flatMap(([, each]) => organisationsOf(each)))];
    const [caPems, tls] = await Promise.all([
      Promise.all(mspIds.map((mspId) => ensureOrganisation(this.dir, mspId))),
      ensureTls(this.dir, this.#peerNames),
    ]);
    const cas = new Map(mspIds.map((mspId, index) => [mspId, caPems[index] ?? '']));
    const endpoints = await this.#bind(tls, [...cas.values()]);
    const ledgers = await this.#openLedgers(cas, tls);
    await Promise.all([...this.#modules.values()].map((each) => each.firstStart));
    const channels = new Map<string, Channel>();
    for (const [name, channel] of this.#channels) {
      const ledger = ledgers.get(name);
      if (ledger) channels.set(name, await this.#channel(name, channel, cas, ledger));
    }
    // Only the one who holds the ledgers may touch the profile: another devnet may run here.
    await removeConnectionProfile(this.dir);
    await this.#serve(endpoints, channels);
    await this.#modulesReady();
    const profile = this.#profile(endpoints, tls);
    await writeConnectionProfile(this.dir, profile);
    return profile;
  }

  async #bind(tls: TlsMaterial, cas: readonly string[]): Promise<Map<string, Endpoint>> {
    const { host = LOOPBACK, port = 0, requireClientCert = false } = this.#options;
    const endpoints = new Map<string, Endpoint>();
    for (const [index, mspId] of [...this.#peerNames.keys()].entries()) {
      const server = tls.servers.get(mspId);
      if (!server) throw new DevnetError('UNKNOWN_ORGANISATION', `no TLS certificate of ${mspId}`);
      const endpoint = await Endpoint.bind({
        host,
        port: port === 0 ? 0 : port + index,
        server,
        clientCas: [tls.ca, ...cas],
        requireClientCertificate: requireClientCert,
      });
      this.#stack.defer(() => endpoint.close());
      endpoints.set(mspId, endpoint);
    }
    return endpoints;
  }

  async #openLedgers(cas: ReadonlyMap<string, string>, tls: TlsMaterial): Promise<Map<string, Ledger>> {
    const opened = await Promise.all(
      this.#channels.map(async ([name, channel]) => {
        const mspIds = organisationsOf(channel);
        const organisations = mspIds.map((mspId) => ({
          mspId,
          caPem: cas.get(mspId) ?? '',
          tlsCaPem: tls.ca,
        }));
        const { batchTimeoutMs = DEFAULT_BATCH_TIMEOUT_MS, maxMessages = MAX_BLOCK_MESSAGES } = this.#options;
        const genesis = genesisBlock.bind(undefined, { name, organisations, batchTimeoutMs, maxMessages });
        const lifetimes = lifetimesOf(defineChaincodes(channel));
        const ledger = await this.#openLedger(name, genesis, lifetimes);
        this.#stack.defer(() => ledger.close());
        await checkSameOrganisations(
          name,
          ledger,
          new Map(organisations.map((each) => [each.mspId, each.caPem])),
        );
        return [name, ledger] as const;
      }),
    );
    return new Map(opened);
  }

  async #openLedger(
    name: string,
    genesis: () => ReturnType<typeof genesisBlock>,
    lifetimes: readonly Lifetime[],
  ): Promise<Ledger> {
    const folder = join(this.dir, 'ledgers', name);
    try {
      return await Ledger.open(folder, () => Promise.resolve(genesis()), lifetimes, this.#log);
    } catch (error) {
      if (isLocked(error)) {
        throw new DevnetError('DIR_IN_USE', `${this.dir} is in use by another devnet`, { cause: error });
      }
      throw error;
    }
  }

  async #channel(
    name: string,
    options: ChannelOptions,
    cas: ReadonlyMap<string, string>,
    ledger: Ledger,
  ): Promise<Channel> {
    const mspIds = organisationsOf(options);
    return new Channel({
      name,
      mspIds,
      peerMspIds: options.organizations,
      msps: new MspManager(mspIds.map((mspId) => new Msp(mspId, cas.get(mspId) ?? ''))),
      definitions: defineChaincodes(options),
      connections: await this.#connectionsOf(options),
      ledger,
      transient: new TransientStore(ledger.index),
      commits: new CommitNotifier(),
    });
  }

  /** One stream for each organisation and chaincode server, whatever chaincodes are on it. */
  async #connectionsOf(channel: ChannelOptions): Promise<ConnectionTable> {
    const table = new Map<string, Map<string, ChaincodeConnection>>();
    for (const [name, options] of Object.entries(channel.chaincodes ?? {})) {
      const own = new Map<string, ChaincodeConnection>();
      table.set(name, own);
      const tls = options.tls && (await readChaincodeTls(options.tls));
      for (const [mspId, source] of sourcesOf(options, channel)) {
        own.set(mspId, this.#connectionTo(mspId, source, tls));
      }
    }
    return table;
  }

  #connectionTo(mspId: string, source: string, tls: ChaincodeTls | undefined): ChaincodeConnection {
    const module = this.#modules.get(modulePath(source) ?? '');
    const server = module?.serverOf(mspId) ?? serverAt(source);
    const id = `${mspId} ${server.name}`;
    const known = this.#connections.get(id);
    if (known) return known;
    const connection = new ChaincodeConnection(mspId, server, this.#log, tls);
    this.#stack.defer(() => connection.close());
    this.#connections.set(id, connection);
    if (module) this.#toModules.push(connection);
    return connection;
  }

  async #serve(
    endpoints: ReadonlyMap<string, Endpoint>,
    channels: ReadonlyMap<string, Channel>,
  ): Promise<void> {
    const { batchTimeoutMs = DEFAULT_BATCH_TIMEOUT_MS, maxMessages = MAX_BLOCK_MESSAGES } = this.#options;
    const { timeWindowMs = DEFAULT_TIME_WINDOW_MS } = this.#options;
    // Closed in reverse: ordering ends first, then the endpoints, and only then what they read from.
    for (const endpoint of endpoints.values()) this.#stack.defer(() => endpoint.close());
    const orderers = new Map<string, Orderer>();
    for (const [name, channel] of channels) {
      const orderer = new Orderer(channel, { batchTimeoutMs, maxMessages }, this.#log);
      this.#stack.defer(() => orderer.close());
      orderers.set(name, orderer);
    }
    const endorsers = new Map<string, Endorser>();
    for (const [mspId, endpoint] of endpoints) {
      const signer = await readSigningIdentity(mspId, identityFolder(this.dir, mspId, 'peer'));
      const address = this.#addressOf(mspId, endpoint);
      endorsers.set(mspId, new Endorser({ mspId, address, signer, channels, log: this.#log }));
    }
    for (const [mspId, endpoint] of endpoints) {
      // A peer knows the channels it has joined, and no others.
      const joined = new Map([...channels].filter(([, each]) => each.parts.peerMspIds.includes(mspId)));
      endpoint.serve({
        mspId,
        channels: joined,
        peers: new Peers(joined, endorsers, timeWindowMs),
        orderers: new Map([...orderers].filter(([name]) => joined.has(name))),
        ordererAddress: this.#addressOf(mspId, endpoint),
        timeWindowMs,
        requireClientCertificate: this.#options.requireClientCert ?? false,
        log: this.#log,
      });
    }
  }

  /** Somebody else's servers are dialled when a proposal needs them; what the devnet runs has to be there. */
  async #modulesReady(): Promise<void> {
    try {
      await Promise.all(this.#toModules.map((each) => each.ready()));
    } catch (cause) {
      throw new DevnetError('CHAINCODE_NOT_READY', messageOf(cause), { cause });
    }
  }

  #nameOf(mspId: string): string {
    return this.#peerNames.get(mspId) ?? defaultPeerName(mspId);
  }

  /** What a peer calls itself towards others, as Fabric's external endpoint. */
  #addressOf(mspId: string, { port }: Endpoint): string {
    return `${this.#nameOf(mspId)}:${port}`;
  }

  #profile(endpoints: ReadonlyMap<string, Endpoint>, tls: TlsMaterial): ConnectionProfile {
    const host = advertised(this.#options.host);
    const entries = this.#channels.map(([name, { organizations }]) => {
      const each = organizations.map((mspId) => {
        const endpoint = `${host}:${endpoints.get(mspId)?.port ?? 0}`;
        return [mspId, { endpoint, tlsRoot: tls.caPath, serverName: this.#nameOf(mspId) }] as const;
      });
      return [name, { organizations: Object.fromEntries(each) }] as const;
    });
    return { channels: Object.fromEntries(entries) };
  }
}

/** How clients on this machine reach what listens on an address; IPv6 in brackets, as in a URL. */
function advertised(host = LOOPBACK): string {
  if (host === '0.0.0.0' || host === '::') return LOOPBACK;
  return host.includes(':') ? `[${host}]` : host;
}

/** LevelDB's lock says so; its errors may come from another realm, so they are known by their codes. */
function isLocked(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return ('code' in error && error.code === 'LEVEL_LOCKED') || ('cause' in error && isLocked(error.cause));
}

/** A ledger belongs to the organisations it was made with: other ones could not read what they signed. */
async function checkSameOrganisations(
  name: string,
  ledger: Ledger,
  wanted: ReadonlyMap<string, string>,
): Promise<void> {
  const genesis = await ledger.block(0);
  const made = genesis ? organisationsIn(genesis) : new Map<string, string>();
  const same = made.size === wanted.size && [...wanted].every(([mspId, pem]) => made.get(mspId) === pem);
  if (same) return;
  throw new DevnetError(
    'LEDGER_MISMATCH',
    `channel ${name} was made with ${[...made.keys()].join(', ')} and their CAs, not with ${[...wanted.keys()].join(', ')}: ` +
      'use the same organisations, or another folder',
  );
}
