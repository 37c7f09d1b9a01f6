/** How long a provider that failed is passed over: the first time, and at most. */
export const PROVIDER_REST = { minMs: 1_000, maxMs: 15_000 } as const;

export interface ProviderPoolOptions<Client> {
  /** In the order of preference. */
  readonly providerIds: readonly string[];
  /** Makes a provider's client. @throws where it is not known how to reach it */
  readonly connect: (providerId: string) => Client | Promise<Client>;
  /** How long a provider rests after so many failures in a row, milliseconds. */
  readonly restMs: (failures: number) => number;
  readonly clock: () => number;
}

interface Rest {
  readonly failures: number;
  readonly untilMs: number;
}

const NO_REST: Rest = { failures: 0, untilMs: 0 };

/** The cloud providers of a service. One that failed lately rests: it is passed over while another one works. */
export class ProviderPool<Client> {
  readonly #options: ProviderPoolOptions<Client>;
  readonly #rests = new Map<string, Rest>();
  readonly #clients = new Map<string, Client>();

  constructor(options: ProviderPoolOptions<Client>) {
    this.#options = options;
  }

  /**
   * Who is to be tried, one after the other: those that work, `first` before the others, then those that rest, the one
   * that has rested longest first, so that whichever comes back is found.
   */
  order(first?: string): string[] {
    const { providerIds } = this.#options;
    const ids =
      first !== undefined && providerIds.includes(first)
        ? [first, ...providerIds.filter((id) => id !== first)]
        : providerIds;
    const working = ids.filter((id) => this.isWorking(id));
    const resting = ids.filter((id) => !working.includes(id));
    return [...working, ...resting.sort((a, b) => this.#restOf(a).untilMs - this.#restOf(b).untilMs)];
  }

  /** Who is to store a new version; undefined without any provider. */
  preferred(): string | undefined {
    return this.order()[0];
  }

  /** False while it rests. */
  isWorking(providerId: string): boolean {
    return this.#restOf(providerId).untilMs <= this.#options.clock();
  }

  /** Providers that rest, for health. */
  resting(): string[] {
    return this.#options.providerIds.filter((id) => !this.isWorking(id));
  }

  worked(providerId: string): void {
    this.#rests.delete(providerId);
  }

  /** Lets it rest; failures of calls that were on their way together count once. */
  failed(providerId: string): void {
    // Its address may have changed.
    this.#clients.delete(providerId);
    if (!this.isWorking(providerId)) return;
    const { clock, restMs } = this.#options;
    const failures = this.#restOf(providerId).failures + 1;
    this.#rests.set(providerId, { failures, untilMs: clock() + restMs(failures) });
  }

  /** @throws whatever `connect` throws */
  async client(providerId: string): Promise<Client> {
    const known = this.#clients.get(providerId);
    if (known !== undefined) return known;
    const client = await this.#options.connect(providerId);
    this.#clients.set(providerId, client);
    return client;
  }

  #restOf(providerId: string): Rest {
    return this.#rests.get(providerId) ?? NO_REST;
  }
}
