import { DeviceSession, pairDevice, type DeviceClock } from '@careledger/examples/device';
import type { Bundle } from '@careledger/fhir';
import {
  GATEWAY_ID,
  type GatewayFixture,
  type GatewayPatient,
} from '../fixtures/services/gateway-fixture.js';
import { alarmsOf, countOf, type EmittedAlarm } from './emitted.js';

const READINGS_MAX = 5_000;

/** A stored reading, as far as cases look at it. */
export interface StoredReading {
  readonly t: string;
  readonly code: string;
  readonly value: number;
  readonly comparator?: string;
  readonly unit: string;
  readonly flags: readonly string[];
}

export interface DeviceOptions {
  /** As its profile says, e.g. `glucose-meter`. */
  readonly type: string;
  /** LOINC codes that it will send. */
  readonly codes: readonly string[];
  readonly clock?: DeviceClock;
}

/** A version of a record as the gateway lists it. */
export interface ListedRecord {
  readonly recordId: string;
  readonly version: number;
  readonly kind: string;
  readonly stage: string;
}

/** A patient whose devices send signed frames over MQTT to a running gateway, and what the gateway hands out of that. */
export class LivePatient implements AsyncDisposable {
  readonly #sessions: DeviceSession[] = [];

  private constructor(
    readonly fixture: GatewayFixture,
    readonly patient: GatewayPatient,
  ) {}

  static async enrol(fixture: GatewayFixture): Promise<LivePatient> {
    return new LivePatient(fixture, await fixture.patient());
  }

  /** Pairs one more device, and connects it. */
  async device({ type, codes, clock }: DeviceOptions): Promise<DeviceSession> {
    const { fixture, patient } = this;
    const { pairingCode } = await fixture.own(patient, 'POST', '/pairing-codes');
    const paired = await pairDevice({
      ...{ gatewayUrl: fixture.gateway.url, gatewayId: GATEWAY_ID, pairingCode: String(pairingCode) },
      ...{ type, codes },
    });
    const session = await DeviceSession.open(paired, clock && { clock });
    this.#sessions.push(session);
    return session;
  }

  /** Closes windows and waits until every record is on both ledgers. */
  async settle(): Promise<void> {
    const { isDrained } = await this.fixture.own(this.patient, 'POST', '/flush');
    if (isDrained !== true) throw new Error('Not every record has arrived on the ledgers.');
  }

  /** Whatever was measured, in the order of its arrival. */
  async readings(): Promise<StoredReading[]> {
    const query = `from=1970-01-01T00:00:00Z&limit=${READINGS_MAX}`;
    const { readings } = await this.fixture.own(this.patient, 'GET', `/readings?${query}`);
    return readings as StoredReading[];
  }

  /** The alarms as the newest versions of their records have them, in the order in which they were raised. */
  async alarms(): Promise<EmittedAlarm[]> {
    return (await this.contents('emergency')).flatMap(alarmsOf);
  }

  /** How many readings the newest versions of all periodic records rest on. */
  async aggregated(): Promise<number> {
    return (await this.contents('periodic')).reduce((sum, bundle) => sum + countOf(bundle), 0);
  }

  /** Every version of every record, newest first. */
  async records(): Promise<ListedRecord[]> {
    const { records } = await this.fixture.own(this.patient, 'GET', '/records?limit=500');
    return records as ListedRecord[];
  }

  /** The newest versions of all records of a kind, in the order of their first. */
  async contents(kind: 'emergency' | 'periodic'): Promise<Bundle[]> {
    const listed = (await this.records()).filter((record) => record.kind === kind);
    const newestFirst = [...new Set(listed.map(({ recordId }) => recordId))];
    // The first version of each says when it was raised.
    const raised = newestFirst.toSorted((a, b) => firstOf(listed, b) - firstOf(listed, a));
    return Promise.all(
      raised.map(async (recordId) => {
        const opened = await this.fixture.own(this.patient, 'GET', `/records/${recordId}`);
        return opened['content'] as Bundle;
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.close()));
  }
}

/** Where a record's first version stands in the list, which begins with the newest. */
const firstOf = (listed: readonly ListedRecord[], recordId: string): number =>
  listed.findIndex((record) => record.recordId === recordId && record.version === 1);
