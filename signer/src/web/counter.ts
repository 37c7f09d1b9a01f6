import { GatewayClient, SignerError, type Desk, type Prepared } from '../core/index.js';

/** A decision that the patient did not want after all. */
class NotSigned extends Error {
  override readonly name = 'NotSigned';
  override readonly message = 'Nothing was signed, and nothing was sent';
}

/** The open file, with somebody to ask: what every part of the page works with. */
export class Counter {
  readonly desk: Desk;
  readonly #ask: (prepared: Prepared) => Promise<boolean>;

  /** @param ask shows the sentence; resolves with the patient's answer */
  constructor(desk: Desk, ask: (prepared: Prepared) => Promise<boolean>) {
    this.desk = desk;
    this.#ask = ask;
  }

  get hasGateway(): boolean {
    return this.desk.signer.content.gateway?.token !== undefined;
  }

  /** @throws SignerError `GATEWAY_UNKNOWN` */
  get client(): GatewayClient {
    const { gateway } = this.desk.signer.content;
    if (gateway?.token !== undefined) return new GatewayClient({ url: gateway.url, token: gateway.token });
    throw new SignerError('GATEWAY_UNKNOWN', 'No gateway is known yet: register at one');
  }

  /** @throws NotSigned */
  async sign(prepared: Prepared): Promise<string> {
    if (!(await this.#ask(prepared))) throw new NotSigned();
    return this.desk.sign(prepared);
  }

  /** Signs and sends. @throws NotSigned; SignerError: the statement is kept, and can be sent again */
  async decide(prepared: Prepared): Promise<void> {
    await this.desk.send(this.client, await this.sign(prepared));
  }
}
