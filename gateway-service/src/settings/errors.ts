export type SettingsErrorCode =
  /** Not for this patient or network, not by the patient or an authority, or not signed with a key of theirs. */
  | 'SETTINGS_STATEMENT_REFUSED'
  /** The ledger lets the authority change nothing of this patient; `reason` is its code. */
  | 'SETTINGS_NOT_GRANTED'
  /** They contradict themselves, go beyond what a limit can be, or name another patient's device. */
  | 'SETTINGS_INVALID'
  /** By the patient, and looser than the published limits or the authority's: `limits` names them. */
  | 'SETTINGS_LOOSENED'
  /** Another version is in force than the one that they build on: `version` and `hash`. */
  | 'VERSION_CHANGED';

/** Settings that are not taken. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  /** Shown in the problem. */
  readonly members: Readonly<Record<string, unknown>>;
  constructor(
    readonly code: SettingsErrorCode,
    message: string,
    options: ErrorOptions & { readonly members?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options);
    this.members = options.members ?? {};
  }
}
