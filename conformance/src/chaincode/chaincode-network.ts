import { createHash, createPrivateKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContractDefinition } from '@careledger/contracts';
import { accessControl, records } from '@careledger/contracts';
import { signerFromSeed } from '@careledger/crypto';
import { startDevnet } from '@careledger/devnet';
import { TestOrganisation } from '@careledger/chaincode-runtime/testing';
import { CHANNELS, ENROL_ATTRIBUTE, PATIENTS_MSP, type ChannelName } from '@careledger/domain';
import {
  LedgerError,
  MemoryCheckpoints,
  MemoryJournal,
  connectLedger,
  loadConnection,
} from '@careledger/ledger';
import type { Ledger } from '@careledger/ledger';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, hash, signers, type Transaction } from '@hyperledger/fabric-gateway';

/** As `network/careledger.network.yaml` has it, with two authorities. */
const ORGANIZATIONS = {
  authorities: { organizations: [PATIENTS_MSP, 'HospitalMSP', 'LabMSP'], members: [] },
  cloud: { organizations: [PATIENTS_MSP, 'CloudAMSP', 'CloudBMSP'], members: ['HospitalMSP', 'LabMSP'] },
} as const;
/** Through whose peer an organisation without one on the channel calls. */
const PEER_OF_STRANGERS = PATIENTS_MSP;

/** Every kind of identity that can sign a proposal: organisation and name of its certificate. */
export const IDENTITIES = {
  'patients client': { mspId: PATIENTS_MSP, name: 'user' },
  'patients enroller': { mspId: PATIENTS_MSP, name: 'gateway' },
  'patients admin': { mspId: PATIENTS_MSP, name: 'admin' },
  'hospital client': { mspId: 'HospitalMSP', name: 'user' },
  'hospital admin': { mspId: 'HospitalMSP', name: 'admin' },
  'hospital peer': { mspId: 'HospitalMSP', name: 'peer' },
  'hospital client that claims to enrol': { mspId: 'HospitalMSP', name: 'claims-to-enrol' },
  'lab client': { mspId: 'LabMSP', name: 'user' },
  'lab admin': { mspId: 'LabMSP', name: 'admin' },
  'cloud-a client': { mspId: 'CloudAMSP', name: 'user' },
  'cloud-a admin': { mspId: 'CloudAMSP', name: 'admin' },
  'cloud-b client': { mspId: 'CloudBMSP', name: 'user' },
  'cloud-b admin': { mspId: 'CloudBMSP', name: 'admin' },
} as const;
export type IdentityName = keyof typeof IDENTITIES;

const folderOf = (packageName: string): string =>
  dirname(dirname(fileURLToPath(import.meta.resolve(packageName))));

/** Two of a channel's three organisations with peers endorse. */
const twoOf = (channel: ChannelName): string =>
  `OutOf(2, ${ORGANIZATIONS[channel].organizations.map((mspId) => `'${mspId}.peer'`).join(', ')})`;

/** Whose peer an organisation calls through on a channel. */
function peerOf(mspId: string, channel: ChannelName): string {
  const { organizations } = ORGANIZATIONS[channel];
  return organizations.some((each) => each === mspId) ? mspId : PEER_OF_STRANGERS;
}

/** Both channels with both chaincodes on an embedded network, and a connection for each kind of identity. */
export class ChaincodeNetwork implements AsyncDisposable {
  readonly #ledgers = new Map<IdentityName, Ledger>();

  private constructor(
    /** Folder with `connection.json` and `organizations/MSPID/NAME/{cert,key}.pem`, the same on every network. */
    private readonly dir: string,
    /** What statements have to name as their audience. */
    readonly networkId: string,
    private readonly stack: AsyncDisposableStack,
  ) {}

  /** The network that the environment names (real Fabric, say), or else an embedded one of its own. */
  static async start(): Promise<ChaincodeNetwork> {
    const { CARELEDGER_NETWORK_DIR: dir, CARELEDGER_NETWORK_ID: networkId = 'careledger' } = process.env;
    if (dir !== undefined && dir !== '')
      return new ChaincodeNetwork(dir, networkId, new AsyncDisposableStack());
    return ChaincodeNetwork.#startDevnet();
  }

  static async #startDevnet(): Promise<ChaincodeNetwork> {
    await using stack = new AsyncDisposableStack();
    const dir = await mkdtemp(join(tmpdir(), 'careledger-chaincode-'));
    stack.defer(() => rm(dir, { recursive: true, force: true }));
    const sources = {
      [accessControl.name]: `module:${folderOf('@careledger/access-control-chaincode')}`,
      [records.name]: `module:${folderOf('@careledger/records-chaincode')}`,
    };
    const chaincodesOf = (channel: ChannelName) =>
      Object.fromEntries(
        Object.entries(sources).map(([name, source]) => [name, { source, policy: twoOf(channel) }]),
      );
    const channels = Object.fromEntries(
      CHANNELS.map((name) => [name, { ...ORGANIZATIONS[name], chaincodes: chaincodesOf(name) }]),
    );
    const devnet = stack.use(await startDevnet({ dir, channels, logLevel: 'error' }));
    await devnet.issueIdentity({
      mspId: PATIENTS_MSP,
      name: 'gateway',
      attributes: { [ENROL_ATTRIBUTE]: 'true' },
    });
    // An organisation's own CA can write what it likes into its certificates.
    await devnet.issueIdentity({
      mspId: 'HospitalMSP',
      name: 'claims-to-enrol',
      attributes: { [ENROL_ATTRIBUTE]: 'true' },
    });
    return new ChaincodeNetwork(dir, 'devnet', stack.move());
  }

  /** Submits and waits for the commit; resolves with the chaincode's answer and the transaction. */
  async submit(
    identity: IdentityName,
    channel: ChannelName,
    contract: ContractDefinition,
    name: string,
    args: unknown,
  ): Promise<{ result: unknown; transactionId: string }> {
    return (await this.as(identity)).channel(channel).submit(contract, name, args as never);
  }

  /** Asks one peer; for a function that submits, what it would answer. */
  async evaluate(
    identity: IdentityName,
    channel: ChannelName,
    contract: ContractDefinition,
    name: string,
    args: unknown,
  ): Promise<unknown> {
    return (await this.as(identity)).channel(channel).evaluate(contract, name, args as never);
  }

  /** Endorses without submitting, so that a test decides what is ordered in between. */
  async endorse(
    identity: IdentityName,
    channel: ChannelName,
    contract: ContractDefinition,
    name: string,
    args: unknown,
  ): Promise<Transaction> {
    const { mspId, certificatePem, privateKeyPem } = await this.#identityOf(identity);
    const organizations = loadConnection(join(this.dir, 'connection.json')).channels[channel]?.organizations;
    const peer = organizations?.[peerOf(mspId, channel)];
    if (peer === undefined) throw new Error(`${mspId} has no peer on ${channel}.`);
    const client = new Client(peer.endpoint, credentials.createSsl(Buffer.from(peer.tlsRoot)), {
      'grpc.ssl_target_name_override': peer.serverName,
    });
    this.stack.defer(() => client.close());
    const gateway = connect({
      client,
      identity: { mspId, credentials: Buffer.from(certificatePem) },
      signer: signers.newPrivateKeySigner(createPrivateKey(privateKeyPem)),
      hash: hash.sha256,
    });
    this.stack.defer(() => gateway.close());
    const proposal = gateway
      .getNetwork(channel)
      .getContract(contract.name)
      .newProposal(name, { arguments: [JSON.stringify(args)] });
    return proposal.endorse();
  }

  /** A connection as this identity, made once. */
  async as(identity: IdentityName): Promise<Ledger> {
    const known = this.#ledgers.get(identity);
    if (known !== undefined) return known;
    const { mspId, certificatePem, privateKeyPem } = await this.#identityOf(identity);
    const ledger = connectLedger({
      connection: loadConnection(join(this.dir, 'connection.json')),
      mspId,
      peerMspId: Object.fromEntries(CHANNELS.map((channel) => [channel, peerOf(mspId, channel)])),
      certificatePem,
      privateKeyPem,
      journal: new MemoryJournal(),
      checkpoints: new MemoryCheckpoints(),
    });
    this.#ledgers.set(identity, ledger);
    return ledger;
  }

  /** Kinds of identity that this network has. */
  get identities(): IdentityName[] {
    return (Object.keys(IDENTITIES) as IdentityName[]).filter((identity) => {
      const { mspId, name } = IDENTITIES[identity];
      return existsSync(join(this.#folderOf(mspId, name), 'cert.pem'));
    });
  }

  /** An organisation with the same key every time, so that a network that goes on knows it. */
  organisation(id: string, mspId: string): TestOrganisation {
    const seed = createHash('sha256').update(`conformance ${id}`).digest();
    const nowS = Math.floor(Date.now() / 1000);
    return new TestOrganisation(id, mspId, this.networkId, nowS, signerFromSeed(seed));
  }

  /** Registers an organisation where it is not registered yet. */
  async register(
    organisation: TestOrganisation,
    identity: IdentityName,
    channel: ChannelName,
  ): Promise<void> {
    const name = organisation.id.startsWith('aut_') ? 'RegisterAuthority' : 'RegisterProvider';
    const args = { statement: organisation.registration() };
    const code = await codeOf(this.submit(identity, channel, accessControl, name, args));
    if (code !== undefined && !code.endsWith('_EXISTS')) throw new Error(`${organisation.id}: ${code}`);
  }

  #folderOf(mspId: string, name: string): string {
    return join(this.dir, 'organizations', mspId, name);
  }

  async #identityOf(identity: IdentityName) {
    const { mspId, name } = IDENTITIES[identity];
    const folder = this.#folderOf(mspId, name);
    const [certificatePem, privateKeyPem] = await Promise.all([
      readFile(join(folder, 'cert.pem'), 'utf8'),
      readFile(join(folder, 'key.pem'), 'utf8'),
    ]);
    return { mspId, certificatePem, privateKeyPem };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const ledger of this.#ledgers.values()) ledger.close();
    await this.stack.disposeAsync();
  }
}

/** The chaincode's code with which a call fails; `undefined` where it does not. Other failures are thrown on. */
export async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof LedgerError && error.chaincodeCode !== undefined) return error.chaincodeCode;
    throw error;
  }
}
