// Tests are compiled by `tsc -b` with the code they test, and run as they stand in dist.
export default {
  testEnvironment: 'node',
  testMatch: ['**/dist/**/*.test.js'],
  transform: {},
  testTimeout: 60_000,
  watchman: false,
};
