import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import type { ChaincodeOptions, CollectionOptions, DevnetOptions } from '../config/options.js';
import { DevnetError, messageOf } from '../errors.js';
import type { FlagValues } from './parse.js';
import { parseFlags, split, text, texts, wholeNumber } from './parse.js';

const FLAGS = {
  config: { type: 'string' },
  dir: { type: 'string' },
  host: { type: 'string' },
  'peer-name': { type: 'string', multiple: true },
  port: { type: 'string' },
  channel: { type: 'string', multiple: true },
  member: { type: 'string', multiple: true },
  chaincode: { type: 'string', multiple: true },
  policy: { type: 'string', multiple: true },
  collections: { type: 'string', multiple: true },
  'require-client-cert': { type: 'boolean' },
  'time-window-ms': { type: 'string' },
  'batch-timeout-ms': { type: 'string' },
  'max-messages': { type: 'string' },
  'log-level': { type: 'string' },
} as const;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface ChannelDraft {
  organizations: string[];
  members: string[];
  chaincodes: Record<string, Mutable<ChaincodeOptions>>;
}

/** Channels from repeated flags. */
class Channels {
  readonly drafts: Record<string, ChannelDraft> = {};

  add(flag: string): void {
    const [name, mspIds] = split('channel', flag, ':', 'NAME:MSPID,MSPID…');
    if (this.drafts[name]) throw new DevnetError('BAD_FLAG', `--channel ${name} is given twice`);
    this.drafts[name] = { organizations: list(mspIds), members: [], chaincodes: {} };
  }

  addMembers(flag: string): void {
    const [name, mspIds] = split('member', flag, ':', 'CHANNEL:MSPID,MSPID…');
    this.#channel('member', name).members.push(...list(mspIds));
  }

  addChaincode(flag: string): void {
    const [target, source] = split('chaincode', flag, '=', 'CHANNEL/NAME[@MSPID]=HOST:PORT|module:PATH');
    const [path = '', mspId] = target.split('@', 2);
    const [channelName, name] = split('chaincode', path, '/', 'CHANNEL/NAME[@MSPID]=HOST:PORT|module:PATH');
    const channel = this.#channel('chaincode', channelName);
    const chaincode = (channel.chaincodes[name] ??= { source: {} });
    const sources = typeof chaincode.source === 'string' ? {} : { ...chaincode.source };
    // One source for everybody, or one for an organisation; the latter wins whatever the order.
    const own: Record<string, string> = mspId === undefined ? {} : { [mspId]: source };
    const common =
      mspId === undefined ? Object.fromEntries(channel.organizations.map((each) => [each, source])) : {};
    chaincode.source = { ...common, ...sources, ...own };
  }

  addPolicy(flag: string): void {
    const [path, policy] = split('policy', flag, '=', 'CHANNEL/NAME=EXPRESSION');
    this.#chaincode('policy', path).policy = policy;
  }

  async addCollections(flag: string): Promise<void> {
    const [path, file] = split('collections', flag, '=', 'CHANNEL/NAME=FILE.json');
    const parsed: unknown = await readJson(file);
    if (!Array.isArray(parsed))
      throw new DevnetError('BAD_FLAG', `--collections ${file}: a JSON array is needed`);
    this.#chaincode('collections', path).collections = parsed as CollectionOptions[];
  }

  #channel(flag: string, name: string): ChannelDraft {
    const channel = this.drafts[name];
    if (!channel)
      throw new DevnetError('BAD_FLAG', `--${flag} names channel ${name}, which no --channel makes`);
    return channel;
  }

  #chaincode(flag: string, path: string): Mutable<ChaincodeOptions> {
    const [channelName, name] = split(flag, path, '/', 'CHANNEL/NAME=…');
    const chaincode = this.#channel(flag, channelName).chaincodes[name];
    if (!chaincode)
      throw new DevnetError('BAD_FLAG', `--${flag} names chaincode ${path}, which no --chaincode adds`);
    return chaincode;
  }
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new DevnetError('BAD_FLAG', `cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}

async function readConfig(file: string): Promise<Partial<DevnetOptions>> {
  let parsed: unknown;
  try {
    const source = await readFile(file, 'utf8');
    // Loading the YAML library takes a fiftieth of a start: programs write JSON and do without.
    parsed = extname(file) === '.json' ? JSON.parse(source) : (await import('yaml')).parse(source);
  } catch (cause) {
    throw new DevnetError('BAD_CONFIG', `cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new DevnetError('BAD_CONFIG', `${file}: an object with dir and channels is needed`);
  }
  const config = parsed as Partial<DevnetOptions>;
  return config.dir === undefined ? config : { ...config, dir: resolve(dirname(file), config.dir) };
}

async function channelsOf(values: FlagValues): Promise<DevnetOptions['channels'] | undefined> {
  const channels = new Channels();
  for (const flag of texts(values, 'channel')) channels.add(flag);
  for (const flag of texts(values, 'member')) channels.addMembers(flag);
  const sources = texts(values, 'chaincode');
  // A source of one organisation comes before the common one, which leaves it alone.
  for (const flag of [...sources].sort((a, b) => Number(isCommon(a)) - Number(isCommon(b)))) {
    channels.addChaincode(flag);
  }
  for (const flag of texts(values, 'policy')) channels.addPolicy(flag);
  for (const flag of texts(values, 'collections')) await channels.addCollections(flag);
  return Object.keys(channels.drafts).length > 0 ? channels.drafts : undefined;
}

function isCommon(flag: string): boolean {
  return !flag.slice(0, flag.indexOf('=')).includes('@');
}

/** Options of a devnet from the flags of `start`; a flag wins over the configuration file. */
export async function startOptions(args: readonly string[]): Promise<DevnetOptions> {
  const values = parseFlags(args, FLAGS);
  const file = text(values, 'config');
  const config = file === undefined ? {} : await readConfig(file);
  const channels = await channelsOf(values);
  const peerNames = texts(values, 'peer-name').map((flag) => split('peer-name', flag, '=', 'MSPID=NAME'));
  const flags = {
    dir: text(values, 'dir'),
    host: text(values, 'host'),
    port: wholeNumber(values, 'port'),
    channels,
    peerNames: peerNames.length > 0 ? Object.fromEntries(peerNames) : undefined,
    requireClientCert: values['require-client-cert'] === true ? true : undefined,
    timeWindowMs: wholeNumber(values, 'time-window-ms'),
    batchTimeoutMs: wholeNumber(values, 'batch-timeout-ms'),
    maxMessages: wholeNumber(values, 'max-messages'),
    logLevel: text(values, 'log-level'),
  };
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  return { dir: '', channels: {}, ...config, ...given };
}
