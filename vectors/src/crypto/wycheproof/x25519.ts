import type { X25519Vector } from '@careledger/crypto/testing';
import { wycheproof } from './source.js';

type Named = X25519Vector & { name: string };
type Case = readonly [
  name: string,
  tcId: number,
  description: string,
  privateKey: string,
  publicKey: string,
  sharedSecret?: string,
];

/**
 * From Project Wycheproof (https://github.com/C2SP/wycheproof, Apache-2.0), `testvectors_v1/x25519_test.json` as of 2026-09-10: the
 * bytes and the results are theirs, names and words are ours.
 */
const VALID: readonly Case[] = [
  [
    'agreement',
    1,
    'An agreement as any',
    'c8a9d5a91091ad851c668b0736c1c9a02936c0d3ad62670858088047ba057475',
    '504a36999f489cd2fdbc08baff3d88fa00569ba986cba22548ffde80f9806829',
    '436a2c040cf45fea9b29a0cb81b1f41458f863d0d61b453d0a982720d6d61320',
  ],
  [
    'rfc7748',
    100,
    'RFC 7748 section 5.2',
    'a046e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449a44',
    'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
    'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
  ],
  [
    'rfc8037-a6',
    102,
    'RFC 8037 appendix A.6',
    '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
    'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
    '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
  ],
  [
    'key-on-the-twist',
    2,
    'The public key lies on the twist',
    'd85d8c061a50804ac488ad774ac716c3f5ba714b2712e048491379a500211958',
    '63aa40c6e38346c5caf23a6df0a5e6c80889a08647e551b3563449befcfc9733',
    '279df67a7c4611db4708a0e8282b195e5ac0ed6f4b2f292c6fbd0acac30d1332',
  ],
  [
    'small-key',
    34,
    'u = 4',
    'a8386f7f16c50731d64f82e6a170b142a4e34f31fd7768fcb8902925e7d1e25a',
    '0400000000000000000000000000000000000000000000000000000000000000',
    '34b7e4fa53264420d9f943d15513902342b386b172a0b0b7c8b8f2dd3d669f59',
  ],
  [
    'non-canonical-key',
    89,
    'u = p + 4, read as 4',
    '88dd14e2711ebd0b0026c651264ca965e7e3da5082789fbab7e24425e7b4377e',
    'f1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '6919992d6a591e77b3f2bacbd74caf3aea4be4802b18b2bc07eb09ade3ad6662',
  ],
  [
    'non-canonical-key-on-the-twist',
    87,
    'u = p + 2, read as 2',
    '0016b62af5cabde8c40938ebf2108e05d27fa0533ed85d70015ad4ad39762d54',
    'efffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'b4d10e832714972f96bd3382e4d082a21a8333a16315b3ffb536061d2482360d',
  ],
  [
    'non-canonical-key-top-bit',
    95,
    'The top bit of u is set, and ignored',
    'c8e0330ae9dceeff887fba761225879a4bd2e0db08799244136e4721b2c88970',
    'dbffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'dfe60831c9f4f96c816e51048804dbdc27795d760eced75ef575cbe3b464054b',
  ],
  [
    'secret-near-zero',
    103,
    'The agreed secret is 2',
    '60a3a4f130b98a5be4b1cedb7cb85584a3520e142d474dc9ccb909a073a9767f',
    'b7b6d39c765cb60c0c8542f4f3952ffb51d3002d4aeb9f8ff988b192043e6d0a',
    '0200000000000000000000000000000000000000000000000000000000000000',
  ],
  [
    'secret-of-one-bit-more',
    104,
    'The agreed secret is 9',
    '60a3a4f130b98a5be4b1cedb7cb85584a3520e142d474dc9ccb909a073a9767f',
    '3b18df1e50b899ebd588c3161cbd3bf98ebcc2c1f7df53b811bd0e91b4d5153d',
    '0900000000000000000000000000000000000000000000000000000000000000',
  ],
  [
    'multiplication-edge',
    156,
    'An intermediate value at its limit',
    'b0561a38000795b7cb537b55e975ea452c2118506295d5eb15fd9c83b67f7a50',
    '77af0d3897a715dfe25df5d538cf133bc9ab7ad52df6bd922a2fb75621d59901',
    '179f6b020748acba349133eaa4518f1bd8bab7bfc4fb05fd4c24e7553da1e960',
  ],
  [
    'private-key-minus-one',
    511,
    'The private key is -1 modulo the order',
    'a023cdd083ef5bb82f10d62e59e15a6800000000000000000000000000000050',
    '6c05871352a451dbe182ed5e6ba554f2034456ffe041a054ff9cc56b8e946376',
    '6c05871352a451dbe182ed5e6ba554f2034456ffe041a054ff9cc56b8e946376',
  ],
  [
    'private-key-one-on-the-twist',
    512,
    'The private key is 1 modulo the order of the twist',
    '58083dd261ad91eff952322ec824c682ffffffffffffffffffffffffffffff5f',
    '2eae5ec3dd494e9f2d37d258f873a8e6e9d0dbd1e383ef64d98bb91b3e0be035',
    '2eae5ec3dd494e9f2d37d258f873a8e6e9d0dbd1e383ef64d98bb91b3e0be035',
  ],
];
/** The agreed secret is zero for every private key. */
const INVALID: readonly Case[] = [
  [
    'key-zero',
    32,
    'u = 0, of order 4',
    '88227494038f2bb811d47805bcdf04a2ac585ada7f2f23389bfd4658f9ddd45e',
    '0000000000000000000000000000000000000000000000000000000000000000',
  ],
  [
    'key-one',
    33,
    'u = 1, of order 1',
    '48232e8972b61c7e61930eb9450b5070eae1c670475685541f0476217e48184f',
    '0100000000000000000000000000000000000000000000000000000000000000',
  ],
  [
    'key-of-order-8',
    63,
    'u of order 8',
    'e0f978dfcd3a8f1a5093418de54136a584c20b7b349afdf6c0520886f95b1272',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  ],
  [
    'key-minus-one',
    65,
    'u = p - 1, on the twist',
    'c8fe0df92ae68a03023fc0c9adb9557d31be7feed0d3ab36c558143daf4dbb40',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ],
  [
    'key-of-order-8-top-bit',
    66,
    'u of order 8 with the top bit set, which is ignored',
    'c8d74acde5934e64b9895d5ff7afbffd7f704f7dfccff7ac28fa62a1e6410347',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880',
  ],
  [
    'key-minus-one-top-bit',
    68,
    'u = p - 1 with the top bit set',
    '2064b2f4c9dc97ec7cf58932fdfa3265ba6ea4d11f0259b8efc8afb35db88c48',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  ],
  [
    'key-field-prime',
    83,
    'u = p: 0 in a second spelling',
    '40ff586e73d61f0960dc2d763ac19e98225f1194f6fe43d5dd97ad55b3d35961',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ],
  [
    'key-zero-top-bit',
    84,
    'u = 0 with the top bit set',
    '7887889bac4c629a101d3724f2ed8b98d936fde79e1a1f77d86779626bf8f263',
    '0000000000000000000000000000000000000000000000000000000000000080',
  ],
  [
    'key-field-prime-plus-one',
    85,
    'u = p + 1: 1 in a second spelling',
    '584fceaebae944bfe93b2e0d0a575f706ce5ada1da2b1311c3b421f9186c7a6f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ],
];

const vector = ([name, tcId, description, privateKey, publicKey, sharedSecret]: Case): Named => ({
  name: `x25519-${name}`,
  type: 'x25519',
  description,
  source: wycheproof('x25519_test.json', tcId),
  privateKey,
  publicKey,
  ...(sharedSecret === undefined ? { code: 'DECRYPTION_FAILED' } : { sharedSecret }),
});

export const validWycheproofX25519 = (): Named[] => VALID.map(vector);
export const invalidWycheproofX25519 = (): Named[] => INVALID.map(vector);
