/** To which provider a version is addressed, and the statements for those that it was addressed to before. */
export interface Addressing {
  readonly providerId: string;
  /** Names the provider. */
  readonly storeStatement: string;
  /** By provider. What was sent may still arrive, so a provider always gets the same statement. */
  readonly formerStores: Readonly<Record<string, string>>;
}

/** The statement that a provider was given, or is to be given. */
export function statementFor(
  { providerId, storeStatement, formerStores }: Addressing,
  provider: string,
): string | undefined {
  return provider === providerId ? storeStatement : formerStores[provider];
}

/** The version addressed to another provider: with the statement that it has been given already, else with a new one. */
export function readdressed(addressing: Addressing, provider: string, make: () => string): Addressing {
  const { providerId, storeStatement, formerStores } = addressing;
  if (provider === providerId) return addressing;
  return {
    providerId: provider,
    storeStatement: formerStores[provider] ?? make(),
    formerStores: { ...formerStores, [providerId]: storeStatement },
  };
}
