import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { createHash } from 'node:crypto';
import { concatBytes, fromHex, signerFromSeed, toHex, utf8 } from '@careledger/crypto';
import type { Ed25519Vector } from '@careledger/crypto/testing';

type Point = InstanceType<typeof ed25519.Point>;
type Named = Ed25519Vector & { name: string };

const { Point } = ed25519;
const L = Point.Fn.ORDER;
const P = Point.Fp.ORDER;
const IDENTITY = Point.ZERO;
const [, GENERATOR_OF_TORSION = ''] = ED25519_TORSION_SUBGROUP;
const ORDER_8 = Point.fromHex(GENERATOR_OF_TORSION);
const ORDER_2 = ORDER_8.double().double();

/** RFC 8032 section 7.1, TEST 1 to 3 and SHA(abc): seeds and messages; the rest follows and is checked by the tests. */
const RFC_8032: readonly (readonly [name: string, seed: string, message: string])[] = [
  ['rfc8032-test-1', '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', ''],
  ['rfc8032-test-2', '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', '72'],
  ['rfc8032-test-3', 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7', 'af82'],
  [
    'rfc8032-test-sha-abc',
    '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  ],
];

export function validEd25519(): Named[] {
  const rfc = RFC_8032.map(([name, seed, message]): Named => {
    const signer = signerFromSeed(fromHex(seed));
    return {
      name: `ed25519-${name}`,
      type: 'ed25519',
      description: 'RFC 8032 section 7.1',
      seed,
      publicKey: toHex(signer.publicKey),
      message,
      signature: toHex(signer.sign(fromHex(message))),
    };
  });
  // [k]A loses the small component when k is a multiple of 8, so both equations hold: accepted everywhere.
  const mixed = forge('mixed-order-key', { keyTorsion: ORDER_8, wanted: (k) => k % 8n === 0n });
  return [
    ...rfc,
    {
      ...mixed,
      name: 'ed25519-mixed-order-key-both-equations-hold',
      description: 'A has a component of order 8 that vanishes from [k]A: only A of small order is refused',
    },
  ];
}

export function invalidEd25519(): Named[] {
  const good = forge('plain', {});
  const [r, s] = [good.signature.slice(0, 64), good.signature.slice(64)];
  const identity = encode(1n);
  const cases: Omit<Named, 'type'>[] = [
    {
      ...good,
      name: 'ed25519-s-plus-group-order',
      description:
        'S + L instead of S satisfies the same equation: a second signature for a message (malleability)',
      signature: r + scalar(scalarOf(s) + L),
      refusedBy: 'pre-check',
    },
    {
      ...good,
      name: 'ed25519-altered-message',
      description: 'The message of another signature',
      message: toHex(utf8('another message')),
      refusedBy: 'equation',
    },
    {
      ...good,
      name: 'ed25519-truncated-signature',
      description: 'The last byte is missing',
      signature: good.signature.slice(0, -2),
      refusedBy: 'pre-check',
    },
    {
      ...good,
      name: 'ed25519-truncated-public-key',
      description: 'The last byte is missing',
      publicKey: good.publicKey.slice(0, -2),
      refusedBy: 'pre-check',
    },
    {
      ...good,
      name: 'ed25519-public-key-off-the-curve',
      description: 'y = 2 has no x (RFC 8032 section 5.1.3)',
      publicKey: encode(2n),
      refusedBy: 'equation',
    },
    {
      ...forge('cofactored key', { keyTorsion: ORDER_8, wanted: (k) => k % 8n !== 0n }),
      name: 'ed25519-cofactored-only-mixed-order-key',
      description: 'A has a component of order 8: [8][S]B = [8]R + [8][k]A holds, [S]B = R + [k]A does not',
      refusedBy: 'equation',
    },
    {
      ...forge('cofactored R', { nonceTorsion: ORDER_8 }),
      name: 'ed25519-cofactored-only-mixed-order-r',
      description: 'R has a component of order 8: only the cofactored equation holds',
      refusedBy: 'equation',
    },
    {
      ...forge('small R', { smallR: identity }),
      name: 'ed25519-small-order-r-identity',
      description: 'R is the identity, S = k a: both equations hold',
      refusedBy: 'pre-check',
    },
    {
      ...forge('non-canonical R', { smallR: encode(P + 1n) }),
      name: 'ed25519-non-canonical-r',
      description: 'R is the identity written as y = p + 1: accepted where R is decoded instead of compared',
      refusedBy: 'pre-check',
    },
    {
      ...forge('negative zero R', { smallR: encode(1n, true) }),
      name: 'ed25519-non-canonical-r-negative-zero',
      description: 'R is the identity with the sign bit of x set although x = 0',
      refusedBy: 'pre-check',
    },
    ...[
      { name: 'identity', point: IDENTITY, publicKey: identity, what: 'A is the identity' },
      { name: 'order-2', point: ORDER_2, publicKey: toHex(ORDER_2.toBytes()), what: 'A has order 2' },
      { name: 'order-8', point: ORDER_8, publicKey: toHex(ORDER_8.toBytes()), what: 'A has order 8' },
    ].map(({ name, point, publicKey, what }) => ({
      ...forgeForSmallKey(point, publicKey),
      name: `ed25519-small-order-key-${name}`,
      description: `${what}: everybody can sign for it, here a message that nobody chose`,
      refusedBy: 'pre-check' as const,
    })),
    {
      ...forgeForSmallKey(IDENTITY, encode(P + 1n)),
      name: 'ed25519-non-canonical-key',
      description: 'A is the identity written as y = p + 1',
      refusedBy: 'pre-check',
    },
    {
      ...forgeForSmallKey(IDENTITY, encode(1n, true)),
      name: 'ed25519-non-canonical-key-negative-zero',
      description: 'A is the identity with the sign bit of x set although x = 0',
      refusedBy: 'pre-check',
    },
    {
      name: 'ed25519-all-zero',
      description: 'A = R = 0 and S = 0: A and R have order 4',
      publicKey: '00'.repeat(32),
      message: '',
      signature: '00'.repeat(64),
      refusedBy: 'pre-check',
    },
  ];
  return cases.map((vector) => ({ ...vector, type: 'ed25519' }));
}

type Forged = Pick<Ed25519Vector, 'type' | 'publicKey' | 'message' | 'signature'>;

/** Signs by hand, with points and encodings that no library would make. */
function forge(
  label: string,
  options: {
    keyTorsion?: Point;
    nonceTorsion?: Point;
    smallR?: string;
    wanted?: (k: bigint) => boolean;
  },
): Forged {
  const { keyTorsion = IDENTITY, nonceTorsion = IDENTITY, smallR, wanted = () => true } = options;
  const a = hashToScalar(utf8(`${label}: key`));
  const publicKey = Point.BASE.multiply(a).add(keyTorsion).toBytes();
  for (let attempt = 0; ; attempt++) {
    const message = utf8(`careledger vector: ${label} ${attempt}`);
    const nonce = smallR === undefined ? hashToScalar(message) : 0n;
    const r = smallR === undefined ? Point.BASE.multiply(nonce).add(nonceTorsion).toBytes() : fromHex(smallR);
    const k = hashToScalar(concatBytes(r, publicKey, message));
    if (!wanted(k)) continue;
    return {
      type: 'ed25519',
      publicKey: toHex(publicKey),
      message: toHex(message),
      signature: toHex(r) + scalar((nonce + k * a) % L),
    };
  }
}

/** A signature under a key of small order, made without any secret: R = [S]B once [k]A is the identity. */
function forgeForSmallKey(point: Point, publicKey: string): Forged {
  for (let s = 1n; ; s++) {
    const message = utf8(`careledger vector: small order ${s}`);
    const r = Point.BASE.multiply(s).toBytes();
    const k = hashToScalar(concatBytes(r, fromHex(publicKey), message));
    if (!point.is0() && k % 8n !== 0n) continue;
    return { type: 'ed25519', publicKey, message: toHex(message), signature: toHex(r) + scalar(s) };
  }
}

function hashToScalar(bytes: Uint8Array): bigint {
  return fromLittleEndian(createHash('sha512').update(bytes).digest()) % L;
}

function encode(y: bigint, negative = false): string {
  return littleEndian(negative ? y + (1n << 255n) : y);
}

const scalar = littleEndian;

function scalarOf(hex: string): bigint {
  return fromLittleEndian(fromHex(hex));
}

function littleEndian(value: bigint): string {
  return toHex(fromHex(value.toString(16).padStart(64, '0')).reverse());
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`);
}
