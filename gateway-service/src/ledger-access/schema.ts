/** Keys and endpoints of organisations, as last heard. Part of a released migration: its text stays. */
export const AUTHORITIES_TABLE = `
    CREATE TABLE authorities (
      authority_id TEXT PRIMARY KEY,
      -- AuthorityState of packages/contracts, JSON
      state        TEXT NOT NULL,
      fetched_ms   INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
`;
