import type { SignatureVerifier } from '@careledger/crypto';
import { verifyHello, type Hello } from '@careledger/private-chain';
import type { HelloResult } from '@careledger/protocol';
import type { Device } from '../devices/index.js';
import type { Arrival } from './device-clock.js';
import type { Nonces } from './nonces.js';

export interface GreetingOptions {
  readonly nonces: Nonces;
  readonly verifier: SignatureVerifier;
}

/** Answers hellos: with a nonce to sign, and with what follows for the device's clock once it has signed that. */
export class Greetings {
  readonly #options: GreetingOptions;
  /** When the nonce was given with which a device said hello last: none counts twice, nor one given before it. */
  readonly #saidMs = new WeakMap<Device, number>();

  constructor(options: GreetingOptions) {
    this.#options = options;
  }

  answer(device: Device, hello: Hello, arrival: Arrival): HelloResult {
    const code = this.#refusal(device, hello);
    if (code !== undefined) return { hello: 'rejected', code };
    const { nonces } = this.#options;
    const { receivedMs, isProved } = arrival;
    const givenMs =
      hello.nonce === null ? undefined : nonces.givenMs(hello.nonce, device.deviceId, receivedMs);
    if (givenMs === undefined || givenMs <= (this.#saidMs.get(device) ?? Number.NEGATIVE_INFINITY))
      return { hello: 'nonce', nonce: nonces.give(device.deviceId, receivedMs) };
    // A boot is told by this gateway's clock, right or wrong; an offset would outlast a wrong one.
    if (hello.sentMs !== undefined && !isProved) return { hello: 'later' };
    this.#saidMs.set(device, givenMs);
    const offsetMs = device.clock.hello(hello, arrival);
    return offsetMs === undefined ? { hello: 'taken' } : { hello: 'taken', offsetMs };
  }

  #refusal(device: Device, hello: Hello): string | undefined {
    if (device.status === 'suspended') return 'DEVICE_SUSPENDED';
    if (device.status === 'revoked') return 'DEVICE_REVOKED';
    const isOwn = hello.kid === device.kid && verifyHello(hello, device.publicKey, this.#options.verifier);
    if (!isOwn) return 'FRAME_SIGNATURE_INVALID';
    return hello.epoch === device.chain.state.epoch ? undefined : 'FRAME_EPOCH_UNKNOWN';
  }
}
