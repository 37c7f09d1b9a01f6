// node packages/policy/dist/vectors/write.js: writes spec/vectors/{valid,invalid}/grants.
import { writeVectors } from '@careledger/spec';
import { invalidGrants, validGrants } from './grants.js';

writeVectors('valid', 'grants', validGrants());
writeVectors('invalid', 'grants', invalidGrants());
