/** Why a network definition was refused. */
export type DefinitionErrorCode =
  | 'DEFINITION_UNREADABLE'
  | 'DEFINITION_INVALID'
  | 'DEFINITION_INCONSISTENT'
  | 'UNKNOWN_PROFILE'
  | 'UNKNOWN_ORGANIZATION';

/** A definition that cannot be used; `problems` names every fault found, each with its location. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';

  constructor(
    readonly code: DefinitionErrorCode,
    readonly problems: readonly string[],
    options?: ErrorOptions,
  ) {
    super(`${code}: ${problems.join('; ')}`, options);
  }
}
