import timestampPb from 'google-protobuf/google/protobuf/timestamp_pb.js';

const MS_PER_SECOND = 1_000;
const NS_PER_MS = 1_000_000;

/** google.protobuf.Timestamp of a time in milliseconds since 1970. */
export function timestampOf(ms: number): timestampPb.Timestamp {
  const timestamp = new timestampPb.Timestamp();
  const seconds = Math.floor(ms / MS_PER_SECOND);
  timestamp.setSeconds(seconds);
  timestamp.setNanos((ms - seconds * MS_PER_SECOND) * NS_PER_MS);
  return timestamp;
}

/** Milliseconds since 1970. */
export function msOf(timestamp: { getSeconds(): number; getNanos(): number }): number {
  return timestamp.getSeconds() * MS_PER_SECOND + timestamp.getNanos() / NS_PER_MS;
}
