import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { MqttDevice } from '../../testing/mqtt-device.js';
import type { SimulatedDevice } from '../../testing/simulated-device.js';
import { TestCore } from '../../testing/test-core.js';
import { GATEWAY_MIGRATIONS } from '../migrations.js';
import { GatewayLife, ProcessingStore } from './index.js';

const PROCESS = new URL('../../testing/silence-process.js', import.meta.url).pathname;
const LIMIT_MS = 1_500;
const AUTHORITIES_AFTER_MS = 6_000;

interface Spell {
  readonly id: string;
  readonly status: string;
  readonly marks: string;
}

test('kill -9 while a device is silent: its silence is raised once, not lost, and the absence is on record', async () => {
  const migrations = { migrations: GATEWAY_MIGRATIONS };
  await using t = await TestCore.open(migrations);
  t.nowMs = Date.now();
  const device = t.pair(await t.patient());
  await t.core.close();

  const first = await RunningGateway.start(t.folder);
  await sendThree(first.url, device);
  const [spell] = await first.spells((spells) => spells.some(({ status }) => status === 'open'));
  await first.kill();

  const second = await RunningGateway.start(t.folder);
  // The same spell goes on until authorities are told of it; a second one would have another id.
  const told = await second.spells((spells) => spells.some(({ marks }) => marks.includes('for-authorities')));
  expect(told.map(({ id }) => id)).toEqual([spell?.id]);
  await sendThree(second.url, device);
  await second.spells((spells) => spells.every(({ status }) => status === 'ended'));
  // Before the device has been silent for its limit.
  await second.kill();

  const third = await RunningGateway.start(t.folder);
  const after = await third.spells((spells) => spells.some(({ status }) => status === 'open'));
  expect(after.filter(({ id }) => id === spell?.id)).toHaveLength(1);
  await third.kill();

  const { database, read } = (await t.reopen(migrations)).store;
  const absences = new GatewayLife(database).absences(10);
  expect(absences.filter(({ cause }) => cause === 'killed').length).toBeGreaterThanOrEqual(2);
  for (const { from, until } of absences) expect(from).toBeLessThan(until);
  expect(read.lastFrameRow()).toBe(6);
  expect(new ProcessingStore(database).alarmCounts().low).toBe(after.length);
}, 300_000);

async function sendThree(url: string, device: SimulatedDevice): Promise<void> {
  await using mqtt = await MqttDevice.connect(url, device);
  for (let n = 0; n < 3; n++) await mqtt.publish(device.frame(Date.now()).bytes);
}

class RunningGateway {
  private constructor(
    readonly url: string,
    readonly kill: () => Promise<void>,
    readonly lines: AsyncIterator<string>,
  ) {}

  static async start(folder: string): Promise<RunningGateway> {
    const child = spawn(process.execPath, [PROCESS, folder, String(LIMIT_MS), String(AUTHORITIES_AFTER_MS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value } = (await lines.next()) as { value?: string };
    if (value === undefined) throw new Error('the gateway ended before it served');
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
    };
    return new RunningGateway(value, kill, lines);
  }

  /** Resolves with what is stored of silences once it is as wanted. */
  async spells(isWanted: (spells: readonly Spell[]) => boolean): Promise<readonly Spell[]> {
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done === true) throw new Error('the gateway ended');
      const spells = JSON.parse(value) as Spell[];
      if (isWanted(spells)) return spells;
    }
  }
}
