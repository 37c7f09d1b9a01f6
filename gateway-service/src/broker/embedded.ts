import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { DeviceResult } from '@careledger/protocol';
import type { Logger } from '@careledger/service-kit';
import { Aedes, type AedesOptions, type AuthenticateError, type Client } from 'aedes';
import { DeviceError, type Admission, type DeviceRegistry } from '../devices/index.js';
import { turnsOf, type IngestPipeline } from '../ingest/index.js';
import { connackPacket } from './answer-packets.js';
import { DeviceInbound } from './device-inbound.js';
import { DeviceSession } from './device-session.js';
import type { FrameSource } from './frame-source.js';
import { InboundGate } from './inbound-gate.js';
import { LimitedSessions } from './limited-sessions.js';
import { CONNECT_TIMEOUT_MS, MAX_CONNECTIONS, TCP_KEEP_ALIVE_MS } from './limits.js';
import { qosOf } from './packet-check.js';
import type { StreamFault } from './packet-stream.js';
import { PublishTicket } from './publish-ticket.js';
import { RateLimitedLog } from './rate-limited-log.js';
import { ViolationCounters, ViolationError, type ViolationCode } from './violations.js';

export interface EmbeddedBrokerOptions {
  readonly devices: DeviceRegistry;
  readonly pipeline: IngestPipeline;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM texts; without them MQTT goes over plain TCP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  /** Milliseconds since 1970; the system's clock unless in tests. */
  readonly clock?: () => number;
}

/** CONNACK return codes (MQTT 3.1.1 section 3.2.2.3). */
const BAD_USER_NAME_OR_PASSWORD = 4;
const NOT_AUTHORIZED = 5;
const PACKET_ID_BYTES = 2;

type Authenticate = NonNullable<AedesOptions['authenticate']>;
type AuthorizeSubscribe = NonNullable<AedesOptions['authorizeSubscribe']>;

/**
 * The broker in this process. User name = device id, password = token by the device's key; one out of time opens a limited
 * session (`limited-sessions.ts`), which is a full one from its first stored frame on. A device publishes to its own
 * frames topic and subscribes to its own results topic; anything else ends its connection. PUBACK comes once the frame
 * is on disk or refused. QoS 0 is refused with a result, since nothing would acknowledge it.
 */
export class EmbeddedBroker implements FrameSource {
  readonly violations = new ViolationCounters();
  readonly #options: EmbeddedBrokerOptions;
  readonly #broker: Aedes;
  readonly #gate: InboundGate;
  readonly #log: RateLimitedLog;
  readonly #server: Server;
  readonly #inbound = new WeakMap<Client, DeviceInbound>();
  readonly #byDevice = new Map<string, DeviceSession>();
  readonly #limited = new LimitedSessions();
  readonly #sockets = new Set<Socket>();
  #isClosing = false;

  private constructor(options: EmbeddedBrokerOptions) {
    this.#options = options;
    this.#log = new RateLimitedLog(options.logger);
    const { pipeline, devices, tls } = options;
    this.#gate = new InboundGate(() => this.#isClosing || pipeline.isFull);
    pipeline.onDrained(() => this.#gate.reopen());
    this.#broker = new Aedes({
      connectTimeout: CONNECT_TIMEOUT_MS,
      preConnect: (client, packet, done) => {
        // Nobody but the gateway hears a device: there is no one to whom a will could be told. It knows that the device is
        // gone by its silence.
        delete packet.will;
        // aedes does not see frames, and would take the device for silent.
        this.#inbound.get(client)?.watch(client, packet.keepalive ?? 0);
        packet.keepalive = 0;
        done(null, true);
      },
      authenticate: this.#authenticate,
      authorizePublish: (_client, _packet, done) =>
        done(new ViolationError('PACKET_MALFORMED', 'No session')),
      authorizeSubscribe: this.#authorizeSubscribe,
    });
    this.#broker.on('connackSent', (_packet, client) => {
      const session = this.#sessionOf(client);
      if (session !== undefined) session.isConnected = true;
    });
    this.#broker.on('clientDisconnect', (client) => this.#forget(client));
    this.#broker.on('clientError', (client, error) => this.#report(client, error));
    this.#broker.on('connectionError', (client, error) => this.#report(client, error));
    this.#broker.on('unsubscribe', (topics, client) => {
      const session = this.#sessionOf(client);
      if (session !== undefined && topics.includes(session.resultsTopic)) session.wantsResults = false;
    });
    devices.onStopped(({ deviceId }) => {
      this.#byDevice.get(deviceId)?.client.close();
      this.#limited.endOf(deviceId);
    });
    const accept = (socket: Socket): void => this.#accept(socket);
    this.#server =
      tls === undefined
        ? createTcpServer({ noDelay: true }, accept)
        : createTlsServer({ ...tls, minVersion: 'TLSv1.2', noDelay: true }, accept);
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Listens. @throws the server's error, e.g. EADDRINUSE */
  static async start(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
    const broker = new EmbeddedBroker(options);
    await broker.#broker.listen();
    broker.#server.listen(options.port, options.host);
    await once(broker.#server, 'listening');
    return broker;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    const { host, tls } = this.#options;
    return `${tls === undefined ? 'mqtt' : 'mqtts'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** Devices that are connected. */
  get connections(): number {
    return this.#byDevice.size;
  }

  /** Sessions that were opened with a token out of time, and have not shown yet that their device is there. */
  get limitedSessions(): number {
    return this.#limited.size;
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await this.#options.pipeline.idle();
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
    const inbound = new DeviceInbound({
      publish: (session, firstByte, body) => this.#publish(session, firstByte, body),
      fault: (fault) => this.#fault(socket, fault),
    });
    socket.once('close', () => inbound.end());
    this.#gate.guard(socket, inbound);
    this.#inbound.set(this.#broker.handle(socket), inbound);
  }

  #fault(socket: Socket, { code, rule, connack }: StreamFault): void {
    this.#violation(code, undefined, rule);
    if (connack === undefined) socket.destroy();
    else socket.end(connackPacket(connack), () => socket.destroy());
  }

  #sessionOf(client: Client): DeviceSession | undefined {
    return this.#inbound.get(client)?.session;
  }

  readonly #authenticate: Authenticate = (client, userName, password, done) => {
    if (userName === undefined || password === undefined) {
      this.#violation('CREDENTIALS_MISSING', undefined);
      done(
        connackError(NOT_AUTHORIZED, 'Connect with the device id as user name and a token as password'),
        false,
      );
      return;
    }
    try {
      this.#begin(client, this.#options.devices.admit(password.toString('latin1'), userName));
      done(null, true);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.#violation(error.code, userName);
      const isStopped = error.code === 'DEVICE_SUSPENDED' || error.code === 'DEVICE_REVOKED';
      done(connackError(isStopped ? NOT_AUTHORIZED : BAD_USER_NAME_OR_PASSWORD, error.message), false);
    }
  };

  #begin(client: Client, { device, isFresh, sample }: Admission): void {
    const { clock = Date.now } = this.#options;
    const tokenSample = isFresh ? undefined : sample;
    const session = new DeviceSession(device, client, { isLimited: !isFresh, tokenSample, clock });
    const inbound = this.#inbound.get(client);
    if (inbound !== undefined) inbound.session = session;
    if (isFresh) {
      // One connection per device, whatever client id it chose: otherwise it could take another device's over.
      client.id = device.deviceId;
      this.#takeOver(session);
      return;
    }
    client.id = this.#limited.add(session);
    // Nothing of it is kept.
    client.clean = true;
  }

  /** The session is the device's from now on; one that it had before ends. */
  #takeOver(session: DeviceSession): void {
    const { deviceId } = session.device;
    const former = this.#byDevice.get(deviceId);
    this.#byDevice.set(deviceId, session);
    if (former !== undefined && former !== session) former.client.close();
  }

  /** Hands a frame on. Returns whether the connection goes on. */
  #publish(session: DeviceSession, firstByte: number, body: Buffer): boolean {
    const { client, device } = session;
    const { pipeline } = this.#options;
    const topicEnd = session.frameAt(body);
    const qos = qosOf(firstByte);
    if (topicEnd === undefined)
      client.emit(
        'error',
        new ViolationError('TOPIC_FOREIGN', 'A device publishes to its own frames topic only'),
      );
    else if (qos === 2)
      client.emit('error', new ViolationError('QOS_2_UNSUPPORTED', 'Publish frames with QoS 1'));
    else {
      const turns = turnsOf(body);
      session.read(turns);
      const messageId = qos === 0 ? undefined : body.readUInt16BE(topicEnd);
      const ticket = new PublishTicket(session, messageId, turns, this.#settled);
      if (messageId === undefined) pipeline.refuse('QOS_UNSUPPORTED', body.subarray(topicEnd), ticket);
      else pipeline.submit(device, body.subarray(topicEnd + PACKET_ID_BYTES), ticket);
    }
    return !client.closed;
  }

  readonly #settled = (session: DeviceSession, result: DeviceResult): void => {
    if (!session.isLimited || !('status' in result) || result.status !== 'stored') return;
    this.#limited.remove(session);
    session.open();
    this.#takeOver(session);
  };

  readonly #authorizeSubscribe: AuthorizeSubscribe = (client, subscription, done) => {
    const session = this.#sessionOf(client);
    if (session === undefined || subscription.topic !== session.resultsTopic) {
      done(new ViolationError('SUBSCRIPTION_FOREIGN', 'A device subscribes to its own results topic only'));
      return;
    }
    session.wantsResults = true;
    done(null, subscription);
  };

  #forget(client: Client): void {
    const session = this.#sessionOf(client);
    if (session === undefined) return;
    this.#limited.remove(session);
    const { deviceId } = session.device;
    if (this.#byDevice.get(deviceId) === session) this.#byDevice.delete(deviceId);
  }

  #report(client: Client, error: Error): void {
    if (error instanceof ViolationError)
      this.#violation(error.code, this.#sessionOf(client)?.device.deviceId);
    // What is left are broken connections, and refused credentials (counted already).
    else
      this.#log.write(
        'info',
        'mqtt',
        { deviceId: this.#sessionOf(client)?.device.deviceId, err: error },
        'mqtt',
      );
  }

  #violation(code: ViolationCode, deviceId: string | undefined, rule?: string): void {
    this.violations.count(code);
    this.#log.write('warn', code, { code, deviceId, rule }, 'mqtt connection refused');
  }
}

function connackError(returnCode: number, message: string): AuthenticateError {
  return Object.assign(new Error(message), { returnCode });
}
