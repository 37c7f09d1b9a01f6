import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PATIENTS_MSP } from '@careledger/domain';
import { newState, planOf, silent } from '@careledger/network-admin';
import { GATEWAY } from '@careledger/network-definition';
import {
  BROKER,
  BROKER_REVOCATIONS,
  ComposeLayout,
  DEVICES_AUTHORITY,
  DEVICES_ORGANIZATION,
  certifyDevice,
  ensureTlsCertificates,
  writeBrokerFiles,
  writeTlsRoots,
} from '@careledger/network-runners';
import { freePorts } from '@careledger/supervisor';
import { certificateRequest } from '../compose/deployment.js';

const FILES = fileURLToPath(new URL('../../../docker/mosquitto/', import.meta.url));
/** Where Debian has it, which is on no user's PATH. */
const PLACES = ['mosquitto', '/usr/sbin/mosquitto'];
const POLL_MS = 20;

/** Mosquitto on this machine; undefined, and said so, where there is none. */
export function findMosquitto(): string | undefined {
  const found = PLACES.find((place) => {
    try {
      // Its help ends with status 3.
      execFileSync(place, ['-h'], { stdio: 'ignore' });
      return true;
    } catch (error) {
      return (error as { status?: number | null }).status === 3;
    }
  });
  if (found === undefined)
    process.stderr.write('SKIPPED: no "mosquitto" here, so the broker of the containers is not tested\n');
  return found;
}

/** The broker of the containers, as a process: its configuration and what network-init makes for it, on ports of its own. */
export class Mosquitto implements AsyncDisposable {
  private constructor(
    readonly layout: ComposeLayout,
    readonly devicePort: number,
    readonly gatewayPort: number,
    private readonly command: readonly [program: string, configFile: string],
    private process: ChildProcess,
  ) {}

  static async start(program: string, dir: string): Promise<Mosquitto> {
    const layout = new ComposeLayout(join(dir, 'network'), join(dir, 'data'));
    const plan = planOf(newState('small', 'compose'));
    const hosts = [{ id: BROKER, mspId: PATIENTS_MSP, host: BROKER }];
    const patients = plan.organizations.filter(({ mspId }) => mspId === PATIENTS_MSP);
    await ensureTlsCertificates(
      { ...plan, organizations: patients },
      { layout, hosts, others: [DEVICES_ORGANIZATION], progress: silent },
    );
    await writeTlsRoots(layout, patients);
    await writeBrokerFiles(layout);
    const [devicePort = 0, gatewayPort = 0] = await freePorts(2);
    const config = join(dir, 'mosquitto.conf');
    await mkdir(join(dir, 'persistence'));
    const text = (await readFile(join(FILES, 'mosquitto.conf'), 'utf8'))
      .replaceAll('/etc/careledger', layout.node(PATIENTS_MSP, BROKER))
      .replaceAll('/mosquitto/config', FILES)
      .replaceAll('/mosquitto/data/', `${join(dir, 'persistence')}/`)
      .replaceAll('/mosquitto/revocations', layout.data(BROKER_REVOCATIONS))
      .replaceAll('listener 8883', `listener ${devicePort} 127.0.0.1`)
      .replaceAll('listener 8884', `listener ${gatewayPort} 127.0.0.1`);
    // Where root runs the tests it would run as another user, who cannot read these files.
    await writeFile(config, process.getuid?.() === 0 ? `user root\n${text}` : text);
    const command = [program, config] as const;
    const broker = new Mosquitto(layout, devicePort, gatewayPort, command, run(command));
    await broker.#listening();
    return broker;
  }

  get url(): string {
    return `mqtts://localhost:${this.devicePort}`;
  }

  /** Whom clients have to trust, PEM. */
  get caFile(): string {
    return this.layout.tlsRoots;
  }

  /** `mqtt` of a gateway’s configuration. */
  async gatewayConfig(): Promise<Record<string, unknown>> {
    const file = (name: string): string => this.layout.nodeFile(PATIENTS_MSP, GATEWAY, name);
    return {
      publicUrl: this.url,
      external: {
        url: `mqtts://localhost:${this.gatewayPort}`,
        username: GATEWAY,
        password: (await readFile(file('broker-password'), 'utf8')).trim(),
        certificates: {
          authorityCertFile: file(DEVICES_AUTHORITY.cert),
          authorityKeyFile: file(DEVICES_AUTHORITY.key),
          revocationsDir: this.layout.data(BROKER_REVOCATIONS),
        },
      },
    };
  }

  /** A certificate for a device's private key, as `make certify-device` issues it; PEM both. */
  certify(keyPem: string): Promise<string> {
    return certifyDevice(this.layout, certificateRequest(keyPem));
  }

  /** SIGTERM, and once more. */
  async restart(): Promise<void> {
    await this[Symbol.asyncDispose]();
    this.process = run(this.command);
    await this.#listening();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill();
    await ended;
  }

  async #listening(): Promise<void> {
    for (;;) {
      if (this.process.exitCode !== null)
        throw new Error('mosquitto ended: it does not take this configuration');
      const socket = connect(this.gatewayPort, '127.0.0.1');
      const isUp = await Promise.race([
        once(socket, 'connect').then(() => true),
        once(socket, 'close').then(() => false),
      ]).catch(() => false);
      socket.destroy();
      if (isUp) return;
      await delay(POLL_MS);
    }
  }
}

function run([program, configFile]: readonly [string, string]): ChildProcess {
  return spawn(program, ['-c', configFile], { stdio: ['ignore', 'ignore', 'inherit'] });
}
