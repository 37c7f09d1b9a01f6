import type { ConsentSigner, Prepared } from './consent-signer.js';
import { deliver, type Delivered } from './delivery.js';
import type { GatewayClient } from './gateway-client.js';
import type { GatewayView, OwnState } from './own-state.js';
import type { VaultContent } from './vault.js';

/** Where the patient signs: what is signed is kept before it goes anywhere, and noted once the gateway has it. */
export class Desk {
  readonly signer: ConsentSigner;
  readonly #keep: (content: VaultContent) => Promise<void>;

  /** @param keep resolves when the content is durable */
  constructor(signer: ConsentSigner, keep: (content: VaultContent) => Promise<void>) {
    this.signer = signer;
    this.#keep = keep;
  }

  get patientId(): string {
    return this.signer.key.patientId;
  }

  /** What the gateway says, held against what was signed here. @throws SignerError: it is not what it took */
  async look(client: GatewayClient): Promise<GatewayView & Pick<OwnState, 'unknown'>> {
    const view = await client.view(this.patientId);
    const { unknown } = this.signer.ownState(view);
    return { ...view, unknown };
  }

  /** For a decision whose sentence the patient has said yes to. */
  async sign(prepared: Prepared): Promise<string> {
    const statement = await this.signer.sign(prepared);
    await this.keep();
    return statement;
  }

  /** A key that took the place of another signs from then on. @throws SignerError: the statement is kept, and can be sent again */
  async send(client: GatewayClient, statement: string): Promise<Delivered> {
    const delivered = await deliver(client, this.patientId, statement);
    this.signer.taken(statement);
    const isRotated = statement === (await this.signer.openRotation()) && delivered?.status === 'done';
    if (isRotated) await this.signer.rotated();
    await this.keep();
    return delivered;
  }

  /** What was signed for the gateway and what it has not said that it has, in the order of signing. */
  unsent(): string[] {
    return this.signer.unsent();
  }

  keep(): Promise<void> {
    return this.#keep(this.signer.content);
  }
}
