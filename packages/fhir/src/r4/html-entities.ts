/** Latin-1 names in the order of their characters, from U+00A0 on (HTML 4, section 24.2). */
const LATIN_1 =
  `nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute
  micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave
  Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml
  Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth
  ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml`.split(
    /\s+/,
  );
const LATIN_1_FROM = 0xa0;

/** Of symbols and Greek letters those that narratives are seen with (HTML 4, sections 24.3 and 24.4). */
const OTHERS: Readonly<Record<string, string>> = {
  ...{ ndash: '–', mdash: '—', lsquo: '‘', rsquo: '’', sbquo: '‚', ldquo: '“', rdquo: '”', bdquo: '„' },
  ...{ bull: '•', hellip: '…', prime: '′', Prime: '″', permil: '‰', euro: '€', trade: '™', dagger: '†' },
  ...{ larr: '←', uarr: '↑', rarr: '→', darr: '↓', harr: '↔', ne: '≠', le: '≤', ge: '≥', asymp: '≈' },
  ...{ infin: '∞', minus: '−', radic: '√', sum: '∑', prod: '∏', part: '∂', empty: '∅', equiv: '≡' },
  ...{ alpha: 'α', beta: 'β', gamma: 'γ', delta: 'δ', epsilon: 'ε', kappa: 'κ', lambda: 'λ', mu: 'μ' },
  ...{ pi: 'π', sigma: 'σ', tau: 'τ', omega: 'ω', Delta: 'Δ', Omega: 'Ω', Sigma: 'Σ' },
  ...{ ensp: '\u2002', emsp: '\u2003', thinsp: '\u2009', zwnj: '\u200c', zwj: '\u200d' },
};

/** Characters by the names that HTML 4 has for them, and XML has not. */
export const HTML_ENTITIES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(LATIN_1.map((name, index) => [name, String.fromCharCode(LATIN_1_FROM + index)])),
  ...OTHERS,
};
