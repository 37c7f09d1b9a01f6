import { randomUUID } from 'node:crypto';
import { closedObject } from '@careledger/domain';
import type { Database } from '@careledger/service-kit/sqlite';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { PASSWORD_MIN_CHARS, hashPassword, isPassword } from './passwords.js';

const Text = Type.String({ minLength: 1, maxLength: 256 });

/** What people are to an authority. */
export const PersonRole = Type.Enum(['practitioner', 'ops', 'auditor']);

/** Who somebody is within the organisation; tokens have it as claims of these names. */
export const Profile = closedObject({
  name: Text,
  role: PersonRole,
  /** As the authority registers practitioners, e.g. a staff number. */
  person: Text,
  profession: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' })),
  unit: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
});
export type Profile = Static<typeof Profile>;

export interface User extends Profile {
  readonly username: string;
  readonly subject: string;
  readonly active: boolean;
}

interface Row {
  readonly username: string;
  readonly subject: string;
  readonly passwordHash: string;
  readonly profile: string;
  readonly active: number;
}

/** Is the hash of none. */
const NO_PASSWORD = '';
const COLUMNS = 'username, subject, password_hash AS passwordHash, profile, active';

/** People who sign in here, with passwords that nobody can read. */
export class Users {
  constructor(readonly database: Database) {}

  /** @throws RangeError for a name that is taken, a password that is too short, or a profile that is none */
  async add(username: string, password: string, profile: Profile): Promise<User> {
    if (!/^[\w.@-]{1,64}$/.test(username))
      throw new RangeError('A user name has 1 to 64 letters, digits, dots, hyphens or @');
    if (password.length < PASSWORD_MIN_CHARS)
      throw new RangeError(`A password has ${PASSWORD_MIN_CHARS} characters at least`);
    assertProfile(profile);
    const hashed = await hashPassword(password);
    this.database.transaction(() => {
      if (this.#row('username', username) !== undefined)
        throw new RangeError(`There is a user ${username} already`);
      this.#insert(username, hashed, profile);
    });
    return this.#shown(this.#row('username', username) as Row);
  }

  /** @returns undefined for a wrong password, and for nobody */
  async signIn(username: string, password: string): Promise<User | undefined> {
    const row = this.#row('username', username);
    const isRight = await isPassword(password, row?.passwordHash);
    return isRight && row?.active === 1 ? this.#shown(row) : undefined;
  }

  /**
   * Somebody who signed in elsewhere, as that place knows her now; she has no password here.
   * @param username stands for her there, for ever
   * @returns undefined for one who was disabled here
   * @throws RangeError for a profile that is none
   */
  signInFromElsewhere(username: string, profile: Profile): User | undefined {
    assertProfile(profile);
    this.database.transaction(() => {
      if (this.#row('username', username) === undefined) this.#insert(username, NO_PASSWORD, profile);
      else
        this.database
          .prepare('UPDATE users SET profile = ? WHERE username = ?')
          .run(JSON.stringify(profile), username);
    });
    const row = this.#row('username', username);
    return row?.active === 1 ? this.#shown(row) : undefined;
  }

  /** Whether somebody was added here, with a password, who is that person and may sign in. */
  isListed(person: string): boolean {
    const sql =
      "SELECT 1 FROM users WHERE active = 1 AND password_hash <> ? AND json_extract(profile, '$.person') = ?";
    return this.database.prepare(sql).get(NO_PASSWORD, person) !== undefined;
  }

  /** One who may sign in. */
  find(subject: string): User | undefined {
    const row = this.#row('subject', subject);
    return row?.active === 1 ? this.#shown(row) : undefined;
  }

  list(): User[] {
    const rows = this.database.prepare(`SELECT ${COLUMNS} FROM users ORDER BY username`).all();
    return (rows as unknown as Row[]).map((row) => this.#shown(row));
  }

  /** From now on nobody signs in as this user, and nothing is refreshed. @throws RangeError for nobody */
  disable(username: string): void {
    const { changes } = this.database.transaction(() =>
      this.database.prepare('UPDATE users SET active = 0 WHERE username = ?').run(username),
    );
    if (changes === 0) throw new RangeError(`There is no user ${username}`);
  }

  #insert(username: string, passwordHash: string, profile: Profile): void {
    this.database
      .prepare('INSERT INTO users (username, subject, password_hash, profile, active) VALUES (?, ?, ?, ?, 1)')
      .run(username, randomUUID(), passwordHash, JSON.stringify(profile));
  }

  #row(column: 'username' | 'subject', value: string): Row | undefined {
    const row = this.database.prepare(`SELECT ${COLUMNS} FROM users WHERE ${column} = ?`).get(value);
    return row as Row | undefined;
  }

  #shown({ username, subject, profile, active }: Row): User {
    return { username, subject, active: active === 1, ...(JSON.parse(profile) as Profile) };
  }
}

/** @throws RangeError */
function assertProfile(profile: Profile): void {
  const [fault] = Value.Errors(Profile, profile);
  if (fault !== undefined) throw new RangeError(`${fault.instancePath.slice(1)}: ${fault.message}`);
}
