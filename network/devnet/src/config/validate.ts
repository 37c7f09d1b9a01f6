import { DevnetError } from '../errors.js';
import { MAX_ENDORSING_ORGANISATIONS } from '../limits.js';
import { parsePolicy } from '../policy/parse.js';
import { principalsOf } from '../policy/policy.js';
import { organisationsOf } from './options.js';
import type { ChaincodeOptions, ChannelOptions, CollectionOptions, DevnetOptions } from './options.js';

/** Fabric's rule for channel names. */
const CHANNEL_NAME = /^[a-z][a-z0-9.-]{0,248}$/;
const MSP_ID = /^[A-Za-z0-9.-]{1,128}$/;
/** Fabric's rule for names of collections; a leading underscore is for the implicit ones. */
const COLLECTION_NAME = /^[A-Za-z0-9-][A-Za-z0-9_-]*$/;
const CHAINCODE_NAME = /^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$/;
const HOST_AND_PORT = /^\[?[^\s/]+\]?:\d{1,5}$/;
/** A DNS name (RFC 1123 §2.1). */
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const MAX_PORT = 65_535;
const MAX_PEER_COUNT = 1_000;
const LOG_LEVELS: readonly string[] = ['silent', 'error', 'warn', 'info', 'debug', 'trace'];
const RESERVED_CHAINCODES: ReadonlySet<string> = new Set([
  'qscc',
  'cscc',
  'lscc',
  'escc',
  'vscc',
  '_lifecycle',
]);

function bad(message: string): never {
  throw new DevnetError('BAD_CONFIG', message);
}

function checkOrganisations(name: string, channel: ChannelOptions): string[] {
  const { organizations } = channel;
  if (!CHANNEL_NAME.test(name)) {
    bad(
      `"${name}" cannot name a channel: begin with a lower-case letter, go on with lower-case letters, digits, . or -`,
    );
  }
  const all = organisationsOf(channel);
  if (organizations.length === 0) bad(`channel ${name} has no organisation with a peer`);
  if (organizations.length > MAX_ENDORSING_ORGANISATIONS) {
    bad(
      `channel ${name} has ${organizations.length} organisations with peers; at most ${MAX_ENDORSING_ORGANISATIONS} are possible`,
    );
  }
  for (const mspId of all) if (!MSP_ID.test(mspId)) bad(`channel ${name}: "${mspId}" cannot be an MSP ID`);
  if (new Set(all).size !== all.length) bad(`channel ${name} names an organisation twice`);
  return all;
}

function checkSource(where: string, source: string): void {
  if (source.startsWith('module:') ? source.length > 'module:'.length : HOST_AND_PORT.test(source)) return;
  bad(`${where}: "${source}" is neither HOST:PORT nor module:PATH`);
}

function checkPolicy(where: string, text: string, mspIds: readonly string[]): void {
  const stranger = principalsOf(parsePolicy(text, mspIds)).find(({ mspId }) => !mspIds.includes(mspId));
  if (stranger) bad(`${where}: policy "${text}" names ${stranger.mspId}, which is not on the channel`);
}

function checkChaincode(
  where: string,
  options: ChaincodeOptions,
  channel: ChannelOptions,
  all: readonly string[],
): void {
  const { source, policy, collections = [] } = options;
  if (typeof source === 'string') checkSource(where, source);
  else {
    if (Object.keys(source).length === 0) bad(`${where} has no source`);
    for (const [mspId, each] of Object.entries(source)) {
      if (!channel.organizations.includes(mspId)) bad(`${where}: ${mspId} has no peer on the channel`);
      checkSource(where, each);
    }
  }
  if (policy !== undefined) checkPolicy(where, policy, all);
  const names = collections.map((each) => each.name);
  if (new Set(names).size !== names.length) bad(`${where} has two collections of one name`);
  for (const collection of collections) checkCollection(`${where}, collection`, collection, all);
}

function checkCollection(prefix: string, collection: CollectionOptions, all: readonly string[]): void {
  const { name, policy, endorsementPolicy, requiredPeerCount = 0, maxPeerCount } = collection;
  const where = `${prefix} ${name}`;
  if (!COLLECTION_NAME.test(name)) bad(`${prefix}: "${name}" cannot name a collection`);
  checkPolicy(where, policy, all);
  if (endorsementPolicy) checkPolicy(where, endorsementPolicy.signaturePolicy, all);
  checkNumber(`${where}: requiredPeerCount`, requiredPeerCount, 0, MAX_PEER_COUNT);
  checkNumber(`${where}: maxPeerCount`, maxPeerCount, requiredPeerCount, MAX_PEER_COUNT);
  checkNumber(`${where}: blockToLive`, collection.blockToLive, 0, Number.MAX_SAFE_INTEGER);
}

function checkNumber(name: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return;
  bad(`${name} must be a whole number from ${min} to ${max}`);
}

function checkPeerNames({ peerNames = {}, channels }: DevnetOptions): void {
  const withPeers = new Set(Object.values(channels).flatMap(({ organizations }) => organizations));
  for (const [mspId, name] of Object.entries(peerNames)) {
    if (!withPeers.has(mspId)) bad(`peerNames names ${mspId}, which has no peer on a channel`);
    if (!HOST_NAME.test(name)) bad(`"${name}" cannot name the peer of ${mspId}: use a host name`);
  }
  const names = Object.values(peerNames).map((name) => name.toLowerCase());
  if (new Set(names).size !== names.length) bad('peerNames gives two peers one name');
}

/** Refuses options that cannot work, before anything is made. @throws DevnetError BAD_CONFIG, BAD_POLICY */
export function validateOptions(options: DevnetOptions): void {
  if (!options.dir) bad('a folder is needed: --dir DIR');
  const channels = Object.entries(options.channels ?? {});
  if (channels.length === 0) bad('a channel is needed: --channel NAME:MSPID,MSPID…');
  checkNumber('port', options.port, 0, MAX_PORT);
  checkNumber('timeWindowMs', options.timeWindowMs, 1_000, 24 * 60 * 60 * 1_000);
  checkNumber('batchTimeoutMs', options.batchTimeoutMs, 0, 60_000);
  checkNumber('maxMessages', options.maxMessages, 1, 10_000);
  if (options.logLevel !== undefined && !LOG_LEVELS.includes(options.logLevel)) {
    bad(`logLevel must be one of ${LOG_LEVELS.join(', ')}`);
  }
  for (const [name, channel] of channels) {
    const all = checkOrganisations(name, channel);
    for (const [chaincode, each] of Object.entries(channel.chaincodes ?? {})) {
      const where = `chaincode ${name}/${chaincode}`;
      if (!CHAINCODE_NAME.test(chaincode) || RESERVED_CHAINCODES.has(chaincode)) {
        bad(`"${chaincode}" cannot name a chaincode`);
      }
      checkChaincode(where, each, channel, all);
    }
  }
  checkPeerNames(options);
}
