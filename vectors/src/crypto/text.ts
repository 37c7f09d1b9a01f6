import { canonicalJson, toBase64url, toHex, utf8 } from '@careledger/crypto';
import type { TextVector, ThumbprintVector } from '@careledger/crypto/testing';

type Named = (TextVector | ThumbprintVector) & { name: string };

/** RFC 8785 section 3.2.2 and 3.2.3, and what our own formats lean on. */
const JSON_TEXTS: readonly (readonly [name: string, text: string, description: string])[] = [
  [
    'json-rfc8785-values',
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    'RFC 8785 section 3.2.2',
  ],
  [
    'json-rfc8785-sorting',
    '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
    'RFC 8785 section 3.2.3: member names in the order of their UTF-16 code units',
  ],
  ['json-negative-zero', '{"a":-0}', '-0 is written 0'],
  ['json-nested', '{"b":[{"d":1,"c":2}],"a":{}}', 'Sorted at every level, arrays left as they are'],
];

export function validText(): Named[] {
  return [
    ...JSON_TEXTS.map(([name, text, description]): Named => {
      return { name, type: 'json', description, text, canonical: canonicalJson(JSON.parse(text)) };
    }),
    ...['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text): Named => {
      const bytes = utf8(text);
      return {
        name: `base64url-rfc4648-${bytes.length}-bytes`,
        type: 'base64url',
        description: 'RFC 4648 section 10, without padding',
        text: toBase64url(bytes),
        bytes: toHex(bytes),
      };
    }),
    {
      name: 'thumbprint-rfc8037-a3',
      type: 'thumbprint',
      description: 'RFC 8037 appendix A.3',
      curve: 'Ed25519',
      publicKey: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
      kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
    },
  ];
}

export function invalidText(): Named[] {
  const cases: readonly (readonly [
    name: string,
    type: TextVector['type'],
    text: string,
    code: string,
    why: string,
  ])[] = [
    [
      'base64url-trailing-bits',
      'base64url',
      'Zh',
      'BASE64URL_INVALID',
      'The last 4 bits are unused and not zero',
    ],
    ['base64url-padding', 'base64url', 'Zg==', 'BASE64URL_INVALID', 'Padding'],
    ['base64url-standard-alphabet', 'base64url', '-_+/', 'BASE64URL_INVALID', 'Characters of plain base64'],
    ['base64url-impossible-length', 'base64url', 'Zm9vY', 'BASE64URL_INVALID', 'One character holds no byte'],
    ['base64url-white-space', 'base64url', 'Zm9v YmFy', 'BASE64URL_INVALID', 'A space'],
    ['json-duplicate-member', 'json', '{"a":1,"a":2}', 'JSON_DUPLICATE_KEY', 'Two values for one name'],
    [
      'json-duplicate-member-escaped',
      'json',
      '{"a":1,"\\u0061":2}',
      'JSON_DUPLICATE_KEY',
      'One name in two spellings',
    ],
    ['json-nan', 'json', '{"value":NaN}', 'JSON_INVALID', 'NaN is no JSON'],
    [
      'json-lone-surrogate',
      'json',
      '{"a":"\\ud800"}',
      'JSON_NOT_CANONICALIZABLE',
      'No UTF-8 form, so nothing to hash',
    ],
    ['json-number-overflow', 'json', '{"a":1e400}', 'JSON_NOT_CANONICALIZABLE', 'Read as infinity'],
    [
      'json-too-deep',
      'json',
      `${'['.repeat(33)}${']'.repeat(33)}`,
      'JSON_INVALID',
      'Nested deeper than 32 levels',
    ],
    ['json-trailing-data', 'json', '{"a":1}{"a":2}', 'JSON_INVALID', 'Two values'],
  ];
  return cases.map(([name, type, text, code, description]) => ({ name, type, description, text, code }));
}
