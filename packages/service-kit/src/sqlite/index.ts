export * from './database.js';
export * from './error.js';
export type { Migration } from './migrations.js';
export * from './group-commit.js';
