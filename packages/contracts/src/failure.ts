import { CONTRACT_CODES, type ContractCode } from './codes.js';

/** How chaincode fails: a code of the closed union, a sentence, and details that a machine can use. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  constructor(
    readonly code: ContractCode,
    message: string = CONTRACT_CODES[code],
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }

  /** The message that Fabric carries to the client: JSON, so that nobody parses prose. */
  toMessage(): string {
    return JSON.stringify({ code: this.code, message: this.message, details: this.details });
  }
}

export interface ContractFailure {
  readonly code: ContractCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * Finds a contract's failure in a message of Fabric, which may put prose around it
 * (`chaincode response 500, {…}`). Undefined where there is none.
 */
export function parseContractFailure(message: string): ContractFailure | undefined {
  const start = message.indexOf('{"code":');
  const end = message.lastIndexOf('}');
  if (start < 0 || end < start) return undefined;
  try {
    const parsed: unknown = JSON.parse(message.slice(start, end + 1));
    return isFailure(parsed) ? parsed : undefined;
  } catch {
    return undefined; // prose that only looked like a failure
  }
}

function isFailure(value: unknown): value is ContractFailure {
  if (typeof value !== 'object' || value === null) return false;
  const { code, message } = value as Record<string, unknown>;
  return typeof code === 'string' && isContractCode(code) && typeof message === 'string';
}

/** Whether a text, such as an item's code in a batch, is one of the chaincode's codes; `OK` is none. */
export const isContractCode = (code: string): code is ContractCode => Object.hasOwn(CONTRACT_CODES, code);
