import { fileURLToPath } from 'node:url';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PATIENTS_MSP, RECOVERERS_VARIABLE, recoverersValue } from '@careledger/domain';
import {
  embeddedNetwork,
  loadNetworkDefinition,
  planNetwork,
  type NetworkPlan,
} from '@careledger/network-definition';
import { SMALL_HEAP_FLAGS } from '../child.js';
import type { ProcessGroup } from '../process-group.js';
import { freePortRun } from '../ports.js';

const run = promisify(execFile);

/** Files of an X.509 identity. */
export interface IdentityFiles {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

/** A running network, as services see it: they cannot tell which kind it is. */
export interface RunningNetwork {
  /** Who takes part, and in which channels. */
  readonly plan: NetworkPlan;
  /** `aud` of every statement. */
  readonly networkId: string;
  readonly connectionFile: string;
  /** Identity `admin`, `user` or `gateway` of an organisation. */
  identity(mspId: string, name: 'admin' | 'user' | 'gateway'): IdentityFiles;
}

/** Every organisation takes part in the embedded network. */
const PROFILE = 'full';
/** Network id of the embedded network: proofs made on it are refused under production roots. */
export const EMBEDDED_NETWORK_ID = 'devnet';
const workspaceFile = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const DEVNET = workspaceFile('network/devnet/bin/careledger-devnet.js');
/** The chaincode that the devnet runs, bundled by the build: it loads in a third of the time. */
export const chaincodeModule = (name: string): string =>
  workspaceFile(`chaincode/host/dist/modules/${name}.mjs`);

/**
 * Starts the embedded network with both channels and both chaincodes; its ledgers lie in `dir`.
 * @param timeWindowMs how far a client's clock may be off; as the network's definition has it unless told
 */
export async function startEmbeddedNetwork(
  processes: ProcessGroup,
  dir: string,
  logDir: string,
  timeWindowMs?: number,
): Promise<RunningNetwork> {
  mkdirSync(dir, { recursive: true });
  const definition = loadNetworkDefinition();
  const { channels, peerNames, transactionTimeWindowMs } = embeddedNetwork(definition, PROFILE);
  const mspIds = new Set(Object.values(channels).flatMap(({ organizations }) => organizations));
  const config = {
    dir,
    // Fixed, so that services find it again after a restart.
    port: await freePortRun(mspIds.size),
    timeWindowMs: timeWindowMs ?? transactionTimeWindowMs,
    peerNames,
    channels: Object.fromEntries(
      Object.entries(channels).map(
        ([name, { organizations, members, policies, chaincodes, collections }]) => [
          name,
          {
            organizations,
            members,
            chaincodes: Object.fromEntries(
              chaincodes.map((chaincode) => [
                chaincode,
                {
                  source: `module:${chaincodeModule(chaincode)}`,
                  policy: policyText(policies.endorsement),
                  collections: collections[chaincode] ?? [],
                },
              ]),
            ),
          },
        ],
      ),
    ),
  };
  const configFile = join(dir, 'devnet.json');
  writeFileSync(configFile, JSON.stringify(config, undefined, 2));
  await processes.start({
    name: 'devnet',
    program: [DEVNET, 'start', '--config', configFile],
    nodeFlags: SMALL_HEAP_FLAGS,
    env: {
      CARELEDGER_NETWORK_ID: EMBEDDED_NETWORK_ID,
      [RECOVERERS_VARIABLE]: recoverersValue(definition.organizations),
    },
    logFile: join(logDir, 'devnet.log'),
  });
  await run(process.execPath, [
    ...[DEVNET, 'identity', '--dir', dir, '--msp', PATIENTS_MSP, '--name', 'gateway'],
    ...['--attr', 'careledger.enrol=true'],
  ]);
  const identity = (mspId: string, name: string): IdentityFiles => ({
    certificateFile: join(dir, 'organizations', mspId, name, 'cert.pem'),
    privateKeyFile: join(dir, 'organizations', mspId, name, 'key.pem'),
  });
  return {
    plan: planNetwork(definition, { profile: PROFILE, runner: 'native' }),
    networkId: EMBEDDED_NETWORK_ID,
    connectionFile: join(dir, 'connection.json'),
    identity,
  };
}

/** The rule in the language of Fabric's policies. */
const policyText = ({ outOf, of }: { readonly outOf: number; readonly of: readonly string[] }): string =>
  `OutOf(${outOf}, ${of.map((mspId) => `'${mspId}.peer'`).join(', ')})`;
