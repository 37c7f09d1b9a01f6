import { verifyAndFail } from './failing-verifier.js';

verifyAndFail(() => {
  throw new Error('It fails, as it is told to');
});
