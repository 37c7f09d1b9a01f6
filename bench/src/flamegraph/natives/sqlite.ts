import { DatabaseSync, StatementSync } from 'node:sqlite';

type Values = Parameters<StatementSync['run']>;
const { all, get, iterate, run } = StatementSync.prototype;
const { exec } = DatabaseSync.prototype;

/** V8 counts what runs in C++ to its caller: by these, SQLite is a frame of its own in a profile. */
Object.assign(StatementSync.prototype, {
  all(this: StatementSync, ...values: Values) {
    return Reflect.apply(all, this, values);
  },
  get(this: StatementSync, ...values: Values) {
    return Reflect.apply(get, this, values);
  },
  iterate(this: StatementSync, ...values: Values) {
    return Reflect.apply(iterate, this, values);
  },
  run(this: StatementSync, ...values: Values) {
    return Reflect.apply(run, this, values);
  },
});

Object.assign(DatabaseSync.prototype, {
  exec(this: DatabaseSync, sql: string): void {
    Reflect.apply(exec, this, [sql]);
  },
});
