import { createHmac } from 'node:crypto';
import { signJws, signerFromSeed, toBase64url, utf8 } from '@careledger/crypto';
import type { JwsVector } from '@careledger/crypto/testing';

type Named = JwsVector & { name: string };

const signer = signerFromSeed(new Uint8Array(32).fill(0x11));
const stranger = signerFromSeed(new Uint8Array(32).fill(0x22));
const typ = 'careledger.example+jws';
const payload = { v: 1, note: 'è, 測 and "quotes"', values: [1, 1.5, -0.001, 1e21] };
const good = signJws({ typ, payload }, signer);
const [goodHeader, goodPayload, goodSignature] = good.split('.') as [string, string, string];
const publicKey = toBase64url(signer.publicKey);

/** A really signed token over any header text. */
function signed(header: string, body: string = goodPayload): string {
  const input = `${toBase64url(utf8(header))}.${body}`;
  return `${input}.${toBase64url(signer.sign(utf8(input)))}`;
}

export function validJws(): Named[] {
  return [
    {
      name: 'jws-canonical',
      type: 'jws',
      description: 'Header and payload in canonical JSON',
      token: good,
      publicKey,
    },
    {
      name: 'jws-header-in-other-order',
      type: 'jws',
      description:
        'Members of the header in another order and spaced: the bytes received are what is verified',
      token: signed(`{ "typ":"${typ}", "kid":"${signer.kid}", "alg":"EdDSA" }`),
      publicKey,
    },
  ];
}

export function invalidJws(): Named[] {
  const header = (members: object) => JSON.stringify({ alg: 'EdDSA', kid: signer.kid, typ, ...members });
  const hs256 = `${toBase64url(utf8(header({ alg: 'HS256' })))}.${goodPayload}`;
  const hs256Tag = createHmac('sha256', signer.publicKey).update(hs256).digest();
  const cases: readonly (readonly [name: string, code: string, description: string, token: string])[] = [
    [
      'jws-alg-none',
      'JWS_ALGORITHM_REFUSED',
      'alg "none" and no signature (RFC 8725 section 2.1)',
      `${toBase64url(utf8(header({ alg: 'none' })))}.${goodPayload}.`,
    ],
    [
      'jws-alg-confusion-hmac-with-public-key',
      'JWS_ALGORITHM_REFUSED',
      'HS256 with the public key as the secret (RFC 8725 section 2.1)',
      `${hs256}.${toBase64url(hs256Tag)}`,
    ],
    [
      'jws-alg-lower-case',
      'JWS_ALGORITHM_REFUSED',
      'alg is compared as it is (RFC 7515 section 4.1.1)',
      signed(header({ alg: 'eddsa' })),
    ],
    [
      'jws-header-brings-its-own-key',
      'JWS_HEADER_INVALID',
      'jwk of the attacker in the header',
      signed(header({ jwk: { kty: 'OKP', crv: 'Ed25519', x: toBase64url(stranger.publicKey) } })),
    ],
    [
      'jws-header-crit',
      'JWS_HEADER_INVALID',
      'An extension to be understood',
      signed(header({ crit: ['b64'], b64: false })),
    ],
    [
      'jws-header-without-typ',
      'JWS_HEADER_INVALID',
      'Without typ a frame could pass for a statement',
      signed(JSON.stringify({ alg: 'EdDSA', kid: signer.kid })),
    ],
    [
      'jws-header-duplicate-member',
      'JWS_HEADER_INVALID',
      'Two kids: readers disagree which one counts',
      signed(`{"alg":"EdDSA","kid":"${stranger.kid}","kid":"${signer.kid}","typ":"${typ}"}`),
    ],
    [
      'jws-kid-is-a-path',
      'JWS_HEADER_INVALID',
      'kid is a thumbprint, nothing else',
      signed(header({ kid: '../../keys/mine' })),
    ],
    ['jws-header-not-an-object', 'JWS_HEADER_INVALID', 'The header is an array', signed('["EdDSA"]')],
    [
      'jws-payload-duplicate-member',
      'JSON_DUPLICATE_KEY',
      'Two values for one name',
      signed(header({}), toBase64url(utf8('{"permissions":["read"],"permissions":["read","write"]}'))),
    ],
    [
      'jws-payload-invalid-utf8',
      'UTF8_INVALID',
      'An overlong form of "/"',
      signed(header({}), toBase64url(Uint8Array.of(0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d))),
    ],
    [
      'jws-signature-trailing-bits',
      'JWS_MALFORMED',
      'The unused bits of the last character are set: a second spelling of the same token',
      `${goodHeader}.${goodPayload}.${goodSignature.slice(0, -1)}${nextCharacter(goodSignature.slice(-1))}`,
    ],
    ['jws-padded', 'JWS_MALFORMED', 'base64url with padding', `${good}==`],
    ['jws-two-parts', 'JWS_MALFORMED', 'No signature part', `${goodHeader}.${goodPayload}`],
    ['jws-four-parts', 'JWS_MALFORMED', 'A part too many', `${good}.${goodSignature}`],
    [
      'jws-line-break',
      'JWS_MALFORMED',
      'White space within the payload',
      `${goodHeader}.${goodPayload.slice(0, 8)}\n${goodPayload.slice(8)}.${goodSignature}`,
    ],
    [
      'jws-payload-replaced',
      'SIGNATURE_INVALID',
      'Another payload under the same signature',
      `${goodHeader}.${toBase64url(utf8('{"v":2}'))}.${goodSignature}`,
    ],
    [
      'jws-typ-replaced',
      'SIGNATURE_INVALID',
      'A token passed off as another kind',
      `${toBase64url(utf8(header({ typ: 'careledger.other+jws' })))}.${goodPayload}.${goodSignature}`,
    ],
    [
      'jws-signed-by-another-key',
      'SIGNATURE_INVALID',
      'The kid of one key, the signature of another',
      `${goodHeader}.${goodPayload}.${toBase64url(stranger.sign(utf8(`${goodHeader}.${goodPayload}`)))}`,
    ],
  ];
  return cases.map(([name, code, description, token]) => ({
    name,
    type: 'jws',
    description,
    code,
    token,
    publicKey,
  }));
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function nextCharacter(character: string): string {
  return ALPHABET.charAt(ALPHABET.indexOf(character) + 1);
}
