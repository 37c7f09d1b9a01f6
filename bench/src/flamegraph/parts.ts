/** Which part of the work a function does: the first rule that matches. */
interface Rule {
  readonly part: string;
  /** Of `module#function`; of the name alone where there is no module, e.g. `(program)`. */
  readonly of: RegExp;
}

/** Packages that only move requests, messages and bytes. */
const GRPC = /^(@grpc\/|google-protobuf|@?protobufjs|node:(internal\/)?http2)/;
const HTTP =
  /^(@?fastify|ajv|light-my-request|undici|find-my-way|node:(_?http|internal\/(http#|deps\/undici)))/;
const STREAMS = /^node:(_?tls|net#|stream|internal\/(streams|stream_base_commons|tls))/;
const JSON_READERS = /^(bench\/flamegraph\/natives\/json|packages\/crypto\/portable\/(exact-)?json)/;
const CIPHERS = /^(node:(internal\/)?crypto|jose\/|packages\/crypto\/node\/(aes-gcm|x25519)#)/;

const RULES: readonly Rule[] = [
  { part: 'gc', of: /^\(garbage collector\)$/ },
  { part: 'native', of: /^\(program\)$/ },
  { part: 'sqlite', of: /^bench\/flamegraph\/natives\/sqlite#/ },
  { part: 'json', of: JSON_READERS },
  {
    part: 'verify',
    of: /^(node:internal\/crypto\/sig|sodium-native\/index|packages\/crypto\/\w+\/\w+-verifier)#.*verify/,
  },
  {
    part: 'sign',
    of: /^(node:internal\/crypto\/sig|sodium-native\/index|packages\/crypto\/\w+\/(sodium-)?signer)#/,
  },
  { part: 'hash', of: /^(node:internal|packages)\/crypto\/(node\/)?hash#/ },
  { part: 'encrypt', of: CIPHERS },
  { part: 'base64url', of: /^packages\/crypto\/portable\/base64url#/ },
  { part: 'mqtt', of: /^(aedes|mqtt)/ },
  { part: 'grpc', of: GRPC },
  { part: 'http', of: HTTP },
  { part: 'streams', of: STREAMS },
  { part: 'files', of: /^node:(internal\/)?fs/ },
  { part: 'node', of: /^node:/ },
];

/** The folders of the project that hold packages themselves. */
const GROUPS = ['packages', 'chaincode', 'network', 'clients'];

/** The part that a function's self time counts to; undefined for native code, which counts to its caller's. */
export function partOf(name: string, module: string): string | undefined {
  const key = module === '' ? name : `${module}#${name}`;
  const rule = RULES.find(({ of }) => of.test(key));
  if (rule !== undefined) return rule.part;
  return module === '' ? undefined : packageOf(module);
}

function packageOf(module: string): string {
  const [first = '', second = ''] = module.split('/');
  return first.startsWith('@') || GROUPS.includes(first) ? `${first}/${second}` : first;
}
