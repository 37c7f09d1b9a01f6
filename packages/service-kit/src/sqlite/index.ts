export * from './database.js';
export * from './error.js';
export type { Migration } from './migrations.js';
export * from './group-commit.js';
export { whileLocked } from './lock.js';
