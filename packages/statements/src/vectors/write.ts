// node packages/statements/dist/vectors/write.js: writes spec/vectors/{valid,invalid}/statements.
import { writeVectors } from '@careledger/spec';
import { invalidStatements, validStatements } from './statements.js';

writeVectors('valid', 'statements', validStatements());
writeVectors('invalid', 'statements', invalidStatements());
