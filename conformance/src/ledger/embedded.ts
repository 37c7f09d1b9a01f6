import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  loadConnection,
  MemoryCheckpoints,
  MemoryJournal,
  type ConnectLedgerOptions,
} from '@careledger/ledger';
import { Child, freePorts } from '@careledger/supervisor';
import { counter } from './counter-contract.js';
import { CHANNEL, GUEST_MSP_ID, MSP_ID, type TrialNetwork } from './trial-network.js';

const PEER_MSP_IDS = ['PatientsMSP', 'CloudAMSP', 'CloudBMSP'];
const CONTRACT = fileURLToPath(new URL('./counter-contract.js', import.meta.url));

/** The embedded network in a process of its own, made to be killed. */
export class EmbeddedNetwork implements TrialNetwork {
  readonly dir = mkdtempSync(join(tmpdir(), 'careledger-trial-'));
  readonly #child: Child;

  constructor(port: number) {
    this.#child = new Child({
      name: 'devnet',
      program: [
        devnetProgram(),
        'start',
        ...['--dir', join(this.dir, 'network')],
        ...['--port', String(port)],
        ...['--channel', `${CHANNEL}:${PEER_MSP_IDS.join(',')}`],
        ...['--member', `${CHANNEL}:${GUEST_MSP_ID}`],
        ...['--chaincode', `${CHANNEL}/${counter.name}=module:${CONTRACT}`],
        ...[
          '--policy',
          `${CHANNEL}/${counter.name}=OutOf(2,${PEER_MSP_IDS.map((id) => `'${id}.peer'`).join(',')})`,
        ],
      ],
      logFile: join(this.dir, 'devnet.log'),
    });
  }

  async start(): Promise<void> {
    await this.#child.start();
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#child.kill();
  }

  connectOptions(mspId = MSP_ID): ConnectLedgerOptions {
    const network = join(this.dir, 'network');
    const user = join(network, 'organizations', mspId, 'user');
    return {
      connection: loadConnection(join(network, 'connection.json')),
      mspId,
      certificatePem: readFileSync(join(user, 'cert.pem'), 'utf8'),
      privateKeyPem: readFileSync(join(user, 'key.pem'), 'utf8'),
      journal: new MemoryJournal(),
      checkpoints: new MemoryCheckpoints(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stop();
    rmSync(this.dir, { recursive: true });
  }
}

/** Starts a network on ports that are free. */
export async function startEmbedded(): Promise<EmbeddedNetwork> {
  const [port] = await freePorts(1);
  const network = new EmbeddedNetwork(port as number);
  await network.start();
  return network;
}

function devnetProgram(): string {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('@careledger/devnet');
  return join(dirname(entry), '..', '..', 'bin', 'careledger-devnet.js');
}
