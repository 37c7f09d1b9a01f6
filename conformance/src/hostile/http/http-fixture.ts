import type { RunningService } from '@careledger/supervisor';
import {
  PASSPHRASE,
  glucose,
  type GatewayFixture,
  type GatewayPatient,
} from '../../fixtures/services/gateway-fixture.js';
import type { TestHome } from '../../fixtures/services/test-home.js';
import { THROUGH } from '../attempt.js';
import type { ServiceName } from '../../fixtures/services/routes.js';

/** A problem, or an OperationOutcome, which has its code among the codings. */
interface Refusal {
  readonly code?: string;
  readonly reason?: unknown;
  readonly issue?: readonly {
    readonly details?: { readonly coding: readonly { readonly code: string }[] };
  }[];
}

/** Longest wait for the first byte of an answer. */
const ANSWER_TIMEOUT_MS = 30_000;
const HOUR_MS = 3_600_000;

/** A call of a service's HTTP API, by whomever and however. */
export interface HttpCall {
  readonly service: ServiceName | 'lab' | 'cloud-b';
  readonly method: string;
  /** With its parameters filled in. */
  readonly path: string;
  readonly token?: string | undefined;
  /** JSON, or the bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What belongs to somebody else, and should stay so. */
export interface Belongings {
  readonly patient: GatewayPatient;
  readonly deviceId: string;
  readonly recordId: string;
  readonly grantId: string;
  readonly subscriptionId: string;
}

/** All services of all layers as processes, and patients of the gateway. */
export class HttpFixture {
  readonly #made = new Map<string, Promise<unknown>>();

  constructor(readonly gateway: GatewayFixture) {}

  service(name: HttpCall['service']): RunningService {
    const { layers, gateway } = this.gateway;
    if (name === 'gateway') return gateway;
    return name.startsWith('cloud-') ? layers.provider(name) : layers.authority(name);
  }

  /** Calls, and says what it came to: {@link THROUGH}, or the code of the problem with its reason. */
  async send(call: HttpCall): Promise<string> {
    const { service, method, path, token, body, headers } = call;
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const given = isRaw ? body : JSON.stringify(body);
    const response = await fetch(new URL(path, this.service(service).url), {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(given !== undefined && { body: given as string }),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    if (response.ok) {
      // A stream of events would not end.
      await response.body?.cancel();
      return THROUGH;
    }
    // RFC 9110, 15.5.6
    if (response.status === 405 && (response.headers.get('allow') ?? method).includes(method))
      throw new Error(`${method} ${path} is not allowed, and nobody says what is`);
    const refusal = (await response.json()) as Refusal;
    const { code = refusal.issue?.[0]?.details?.coding[0]?.code, reason } = refusal;
    if (code === undefined) throw new Error(`${method} ${path}: ${response.status} without a code`);
    return typeof reason === 'string' ? `${code} (${reason})` : code;
  }

  /** Makes something once, for all attempts that need it and leave it as it is. */
  once<Made>(name: string, make: () => Promise<Made>): Promise<Made> {
    const known = this.#made.get(name) ?? make();
    this.#made.set(name, known);
    return known as Promise<Made>;
  }

  /** The patient who tries, with a token of the own. */
  attacker(): Promise<GatewayPatient> {
    return this.once('attacker', () => this.gateway.patient());
  }

  /** What another patient of the same gateway has. */
  victim(): Promise<Belongings> {
    return this.once('victim', async () => {
      const { gateway } = this;
      const patient = await gateway.patient();
      await using device = await gateway.device(patient);
      const windowMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
      await device.send([glucose(windowMs, 100)]);
      const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] };
      const job = await gateway.own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
      await gateway.own(patient, 'POST', '/flush');
      const { records } = await gateway.own(patient, 'GET', '/records');
      const [record] = records as { recordId: string }[];
      const asked = await fetch(new URL('/v1/subscriptions', this.service('hospital').url), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.service('hospital').tokens.practitioner}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ patientId: patient.patientId, permissions: ['read'], purposes: ['TREAT'] }),
      });
      const { subscriptionId } = (await asked.json()) as { subscriptionId: string };
      const { deviceId } = device.device.registration;
      const grantId = String(job['statementId']);
      return { patient, deviceId, recordId: record?.recordId ?? '', grantId, subscriptionId };
    });
  }

  /** A patient played by hand, whom no gateway serves. */
  home(): Promise<TestHome> {
    return this.gateway.layers.home();
  }
}
