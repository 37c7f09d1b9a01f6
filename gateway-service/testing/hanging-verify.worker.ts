import { verifyAndFail } from './failing-verifier.js';

verifyAndFail(() => {
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0);
});
