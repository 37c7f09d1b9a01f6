import type { ConsentCase } from '@careledger/consent/testing';
import type { VectorKind } from '@careledger/spec';
import { iheAdvanced } from './ihe-advanced.js';
import { iheBasic } from './ihe-basic.js';
import { iheIntermediate } from './ihe-intermediate.js';
import { iheOrigin } from './ihe-origin.js';
import { leapCases } from './leap.js';

/** Every case that can be said in the terms of this system. Each has permits and denials, so that none is an invalid one. */
export const consentCaseVectors = (kind: VectorKind): readonly ConsentCase[] =>
  kind === 'valid' ? [...iheBasic, ...iheIntermediate, ...iheOrigin, ...iheAdvanced, ...leapCases] : [];
