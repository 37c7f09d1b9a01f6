import { DevnetError } from '../errors.js';
import type { Role } from '../msp/roles.js';
import { implicitEndorsement, majorityEndorsement, outOf, signedBy } from './policy.js';
import type { Policy } from './policy.js';

const PRINCIPAL = /^([A-Za-z0-9.-]+)\.(admin|member|client|peer|orderer)$/;
const IMPLICIT = /^\s*(ANY|ALL|MAJORITY)\s+Endorsement\s*$/i;
const TOKEN = /\s*(?:(AND|And|and|OR|Or|or|OutOf|outof|OUTOF)(?=\s*\()|(['"])([^'"]*)\2|(\d+)|([(),]))/y;

type Token =
  | { readonly kind: 'gate'; readonly text: string }
  | { readonly kind: 'principal'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'mark'; readonly text: string };

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) {
      throw new DevnetError('BAD_POLICY', `policy "${text}": cannot read from character ${at + 1} on`);
    }
    const [, gate, , principal, number, mark] = match;
    if (gate !== undefined) tokens.push({ kind: 'gate', text: gate.toLowerCase() });
    else if (principal !== undefined) tokens.push({ kind: 'principal', text: principal });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else tokens.push({ kind: 'mark', text: mark ?? '' });
  }
  return tokens;
}

class Parser {
  #position = 0;
  readonly #text: string;
  readonly #tokens: readonly Token[];

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  parse(): Policy {
    const policy = this.#rule();
    if (this.#position < this.#tokens.length) this.#fail('ends too late');
    return policy;
  }

  #rule(): Policy {
    const token = this.#next();
    if (token.kind === 'principal') {
      const match = PRINCIPAL.exec(token.text);
      if (!match) this.#fail(`has "${token.text}" where MSPID.member, .admin, .client or .peer must stand`);
      return signedBy(match[1] ?? '', match[2] as Role);
    }
    if (token.kind !== 'gate')
      this.#fail(`has "${token.text}" where AND, OR, OutOf or a principal must stand`);
    this.#mark('(');
    const n = token.text === 'outof' ? this.#count() : undefined;
    const rules = [this.#rule()];
    while (this.#peek(',')) {
      this.#mark(',');
      rules.push(this.#rule());
    }
    this.#mark(')');
    if (n !== undefined && (n < 1 || n > rules.length)) this.#fail(`asks for ${n} of ${rules.length}`);
    return outOf(n ?? (token.text === 'and' ? rules.length : 1), rules);
  }

  #count(): number {
    const token = this.#next();
    if (token.kind !== 'number' && token.kind !== 'principal') this.#fail('lacks the number of OutOf');
    this.#mark(',');
    const n = Number(token.text);
    if (!Number.isInteger(n)) this.#fail(`has "${token.text}" where the number of OutOf must stand`);
    return n;
  }

  #next(): Token {
    const token = this.#tokens[this.#position++];
    if (!token) this.#fail('ends too early');
    return token;
  }

  #peek(mark: string): boolean {
    const token = this.#tokens[this.#position];
    return token?.kind === 'mark' && token.text === mark;
  }

  #mark(mark: string): void {
    if (!this.#peek(mark)) this.#fail(`lacks "${mark}"`);
    this.#position += 1;
  }

  #fail(what: string): never {
    throw new DevnetError('BAD_POLICY', `policy "${this.#text}" ${what}`);
  }
}

/**
 * Reads Fabric's policy language: `AND('A.peer', OR('B.member', 'C.admin'))`, `OutOf(2, …)`, or a reference
 * to the organisations of the channel: `MAJORITY Endorsement`, `ANY Endorsement`, `ALL Endorsement`.
 * @param mspIds the organisations of the channel
 * @throws DevnetError BAD_POLICY
 */
export function parsePolicy(text: string, mspIds: readonly string[]): Policy {
  const implicit = IMPLICIT.exec(text)?.[1]?.toUpperCase();
  if (implicit === 'MAJORITY') return majorityEndorsement(mspIds);
  if (implicit) return implicitEndorsement(implicit === 'ALL' ? mspIds.length : 1, mspIds);
  return new Parser(text, tokenize(text)).parse();
}
