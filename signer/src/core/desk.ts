import { toBase64url } from '@careledger/crypto/portable';
import { safeAddress } from './address.js';
import type { ConsentSigner, Prepared } from './consent-signer.js';
import { deliver, type Delivered } from './delivery.js';
import { SignerError } from './errors.js';
import { GatewayClient, type GatewayAddress } from './gateway-client.js';
import type { GatewayView, OwnState } from './own-state.js';
import type { VaultContent } from './vault.js';

export interface DeskOptions {
  readonly signer: ConsentSigner;
  /** Resolves when the content is durable. */
  readonly keep: (content: VaultContent) => Promise<void>;
  /** Shows what is to be signed and asks. Resolves with a yes. @throws where the patient says no */
  readonly confirm: (prepared: Prepared) => Promise<void>;
}

/** Where the patient signs: what is signed is kept before it goes anywhere, and noted once the gateway has it. */
export class Desk {
  readonly signer: ConsentSigner;
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.signer = options.signer;
  }

  get patientId(): string {
    return this.signer.key.patientId;
  }

  get hasGateway(): boolean {
    return this.signer.content.gateway?.token !== undefined;
  }

  /** @throws SignerError `GATEWAY_UNKNOWN` */
  get client(): GatewayClient {
    const { gateway } = this.signer.content;
    if (gateway?.token !== undefined) return new GatewayClient({ url: gateway.url, token: gateway.token });
    throw new SignerError(
      'GATEWAY_UNKNOWN',
      'No gateway is known yet: register at one, or name the one at which you are registered',
    );
  }

  /** What the gateway says, held against what was signed here. @throws SignerError: it is not what it took */
  async look(): Promise<GatewayView & Pick<OwnState, 'unknown'>> {
    const view = await this.client.view(this.patientId);
    const { unknown } = this.signer.ownState(view);
    return { ...view, unknown };
  }

  /** Once the patient has said yes to the sentence. */
  async sign(prepared: Prepared): Promise<string> {
    await this.#options.confirm(prepared);
    const statement = await this.signer.sign(prepared);
    await this.keep();
    return statement;
  }

  /** A key that takes the place of another signs from then on. @throws SignerError: the statement is kept, and can be sent again */
  async send(statement: string): Promise<Delivered> {
    const delivered = await deliver(this.client, this.patientId, statement);
    await this.signer.taken(statement);
    const isRotated = statement === (await this.signer.openRotation()) && delivered?.status === 'done';
    if (isRotated) await this.signer.rotated();
    await this.keep();
    return delivered;
  }

  /** @throws SignerError: the statement is kept, and can be sent again */
  async decide(prepared: Prepared): Promise<void> {
    await this.send(await this.sign(prepared));
  }

  /** Registers at a gateway: it offers its keys, and the patient appoints them. @param at with a token of role ops */
  async enrol(at: GatewayAddress): Promise<void> {
    const { signer } = this;
    const client = new GatewayClient({ ...at, url: safeAddress(at.url) });
    const offer = await client.offer(toBase64url(signer.key.publicKey));
    const statement = await this.sign(signer.registration(offer));
    const { token } = await client.enrol({ statement, scopeKey: await signer.sealedScopeKey(offer) });
    signer.reach({ url: at.url, token });
    await signer.taken(statement);
    await this.keep();
  }

  keep(): Promise<void> {
    return this.#options.keep(this.signer.content);
  }
}
