import type { Vector, VectorKind } from '@careledger/spec';
import { consentCaseVectors } from './consent-cases/all.js';
import { cryptoVectors } from './crypto/all.js';
import { deviceVectors } from './device/all.js';
import { envelopeVectors } from './envelope/all.js';
import { fhirVectors } from './fhir/all.js';
import { fhirIdVectors } from './fhir-ids/all.js';
import { fhirWrittenVectors } from './fhir-written/all.js';
import { grantVectors } from './grants/grants.js';
import { ownGatewayVectors } from './own-gateway/all.js';
import { policyVectors } from './policy/policy-hashes.js';
import { privateChainVectors } from './private-chain/all.js';
import { recoveryVectors } from './recoveries/all.js';
import { statementVectors } from './statements/statements.js';

type Generator = (kind: VectorKind) => readonly Vector[] | Promise<readonly Vector[]>;

/** The topics whose vectors are generated. Those of `clinical` are written by hand, from the published rules. */
export const TOPICS: Readonly<Record<string, Generator>> = {
  'consent-cases': consentCaseVectors,
  crypto: cryptoVectors,
  device: deviceVectors,
  envelope: envelopeVectors,
  fhir: fhirVectors,
  'fhir-ids': fhirIdVectors,
  'fhir-written': fhirWrittenVectors,
  grants: grantVectors,
  'own-gateway': ownGatewayVectors,
  policy: policyVectors,
  'private-chain': privateChainVectors,
  recoveries: recoveryVectors,
  statements: statementVectors,
};
