import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { MqttDevice } from '../../testing/mqtt-device.js';
import type { MadeFrame, SimulatedDevice } from '../../testing/simulated-device.js';
import { TestCore } from '../../testing/test-core.js';

const PROCESS = new URL('../../testing/gateway-process.js', import.meta.url).pathname;
const KILLS = 4;
const FRAMES_PER_ROUND = 600;
const IN_FLIGHT = 100;

test('kill -9 in the middle of ingest: every frame with a PUBACK is there once, and the chains verify', async () => {
  await using t = await TestCore.open();
  t.nowMs = Date.now();
  const patients = [await t.patient(), await t.patient()];
  const senders = patients.flatMap((patient) => [new Sender(t.pair(patient)), new Sender(t.pair(patient))]);
  await t.core.close();
  for (let round = 0; round <= KILLS; round++) {
    const isLast = round === KILLS;
    const gateway = await startGateway(t.folder);
    for (const sender of senders) await sender.connect(gateway.url);
    let acknowledged = 0;
    const killAfter = isLast ? Number.POSITIVE_INFINITY : 150 + round * 333;
    const sending = senders.map((sender) =>
      sender.send(FRAMES_PER_ROUND, () => {
        if (++acknowledged === killAfter) gateway.process.kill('SIGKILL');
      }),
    );
    await Promise.all(sending);
    if (isLast) gateway.process.kill('SIGKILL');
    await gateway.exited;
    for (const sender of senders) await sender.disconnect();
  }
  const core = await t.reopen();
  const found = new Map<string, number>();
  for (let after = 0; ;) {
    const { frames, lastRow } = core.frames.framesAfter(after, 500);
    if (lastRow === after) break;
    for (const { deviceId, frame } of frames) {
      const name = `${deviceId} ${frame.seq}`;
      found.set(name, (found.get(name) ?? 0) + 1);
    }
    after = lastRow;
  }
  for (const { device, acknowledged } of senders) {
    expect(acknowledged.size).toBe(FRAMES_PER_ROUND * (KILLS + 1));
    expect([...acknowledged].filter((seq) => found.get(`${device.deviceId} ${seq}`) !== 1)).toEqual([]);
  }
  expect(found.size).toBe(senders.length * FRAMES_PER_ROUND * (KILLS + 1));
  for (const { patientId, patientNo } of patients) {
    await core.sealNow(patientId);
    expect(await core.chain.verify(patientNo)).toMatchObject({ ok: true, gaps: 0, missing: 0 });
  }
}, 60_000);

/** A device that keeps what was not acknowledged, and sends it again first when it is connected again. */
class Sender {
  readonly acknowledged = new Set<number>();
  #unacknowledged: MadeFrame[] = [];
  #mqtt: MqttDevice | undefined;

  constructor(readonly device: SimulatedDevice) {}

  async connect(url: string): Promise<void> {
    this.#mqtt = await MqttDevice.connect(url, this.device);
  }

  async disconnect(): Promise<void> {
    await this.#mqtt?.[Symbol.asyncDispose]();
  }

  /** Sends what is left and `count` new frames; returns when all are acknowledged or the gateway is gone. */
  async send(count: number, onAcknowledged: () => void): Promise<void> {
    const mqtt = this.#mqtt;
    if (mqtt === undefined) throw new Error('connect first');
    for (let i = 0; i < count; i++) this.#unacknowledged.push(this.device.frame(Date.now()));
    const waiting = this.#unacknowledged;
    const lost: MadeFrame[] = [];
    const worker = async (): Promise<void> => {
      for (let frame = waiting.shift(); frame !== undefined; frame = waiting.shift()) {
        try {
          await mqtt.publish(frame.bytes);
          this.acknowledged.add(frame.seq);
          onAcknowledged();
        } catch {
          // The gateway was killed: this frame goes again in the next round.
          lost.push(frame);
          return;
        }
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    this.#unacknowledged = [...lost, ...waiting].sort((a, b) => a.seq - b.seq);
  }
}

interface RunningGateway {
  readonly process: ChildProcessByStdio<null, Readable, null>;
  readonly url: string;
  readonly exited: Promise<unknown>;
}

async function startGateway(folder: string): Promise<RunningGateway> {
  const child = spawn(process.execPath, [PROCESS, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [line] = (await Promise.race([once(child.stdout, 'data'), exited])) as [unknown];
  if (!(line instanceof Buffer)) throw new Error('the gateway ended before it served');
  return { process: child, url: line.toString().trim(), exited };
}
