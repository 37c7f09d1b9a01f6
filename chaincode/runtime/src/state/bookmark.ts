import { ContractError } from '@careledger/contracts';
import { CryptoError, fromBase64url, fromUtf8, toBase64url, utf8 } from '@careledger/crypto';

/** Opaque to clients: the parts of the next key below the query's prefix, or `''` on the last page. */
export function bookmarkOf(prefixLength: number, next: readonly string[] | undefined): string {
  return next === undefined ? '' : toBase64url(utf8(JSON.stringify(next.slice(prefixLength))));
}

/**
 * The key parts to go on from. They lie under the prefix whatever the bookmark says, so that a forged one leads
 * nowhere else. @throws ContractError `PAGE_TOKEN_INVALID`
 */
export function partsOfBookmark(prefix: readonly string[], bookmark: string): readonly string[] {
  const rest = decode(bookmark);
  const valid =
    Array.isArray(rest) &&
    rest.length > 0 &&
    rest.every((part) => typeof part === 'string' && part.length > 0 && !part.includes('\0'));
  if (!valid) throw new ContractError('PAGE_TOKEN_INVALID');
  return [...prefix, ...(rest as string[])];
}

function decode(bookmark: string): unknown {
  try {
    return JSON.parse(fromUtf8(fromBase64url(bookmark)));
  } catch (error) {
    if (error instanceof CryptoError || error instanceof SyntaxError)
      throw new ContractError('PAGE_TOKEN_INVALID');
    throw error;
  }
}
