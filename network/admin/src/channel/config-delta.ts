import { common } from '@hyperledger/fabric-protos';

/**
 * What has to be read and written to turn one configuration into another. Fabric's rules (docs, "config update"):
 * a changed element is written with its version raised by one; a group whose membership or mod_policy changes is
 * raised too and lists all its members; everything else stands with its present version, or not at all.
 */
export interface GroupDelta {
  readonly readSet: common.ConfigGroup;
  readonly writeSet: common.ConfigGroup;
  readonly changed: boolean;
}

interface MapDelta<T> {
  readonly read: Map<string, T>;
  readonly write: Map<string, T>;
  /** Unchanged members, needed only when the group itself changes. */
  readonly same: Map<string, T>;
  readonly membersChanged: boolean;
}

export function groupDelta(original: common.ConfigGroup, updated: common.ConfigGroup): GroupDelta {
  const policies = leafDelta(
    entries(original.getPoliciesMap()),
    entries(updated.getPoliciesMap()),
    common.ConfigPolicy,
  );
  const values = leafDelta(
    entries(original.getValuesMap()),
    entries(updated.getValuesMap()),
    common.ConfigValue,
  );
  const groups = groupMapDelta(entries(original.getGroupsMap()), entries(updated.getGroupsMap()));
  const maps: readonly MapDelta<unknown>[] = [policies, values, groups];

  const groupItselfChanged =
    maps.some((map) => map.membersChanged) || original.getModPolicy() !== updated.getModPolicy();
  const anythingWritten = maps.some((map) => map.write.size > 0);
  const changed = groupItselfChanged || anythingWritten;

  const readSet = new common.ConfigGroup();
  const writeSet = new common.ConfigGroup();
  readSet.setVersion(original.getVersion());
  writeSet.setVersion(original.getVersion() + (groupItselfChanged ? 1 : 0));
  if (changed) {
    fill(readSet, policies.read, values.read, groups.read);
    fill(writeSet, policies.write, values.write, groups.write);
  }
  if (groupItselfChanged) {
    fill(readSet, policies.same, values.same, groups.same);
    fill(writeSet, policies.same, values.same, groups.same);
    writeSet.setModPolicy(updated.getModPolicy());
  }
  return { readSet, writeSet, changed };
}

type Leaf = common.ConfigPolicy | common.ConfigValue;

/** Policies and values have no members: they are equal or they are written. */
function leafDelta<T extends Leaf>(
  original: Map<string, T>,
  updated: Map<string, T>,
  Type: { new (): T; deserializeBinary(bytes: Uint8Array): T },
): MapDelta<T> {
  const same = new Map<string, T>();
  const write = new Map<string, T>();
  for (const [name, before] of original) {
    const after = updated.get(name);
    if (!after) continue;
    if (sameContent(before, after)) {
      const marker = new Type();
      marker.setVersion(before.getVersion());
      same.set(name, marker);
    } else {
      write.set(name, withVersion(after, before.getVersion() + 1, Type));
    }
  }
  for (const [name, after] of updated) if (!original.has(name)) write.set(name, withVersion(after, 0, Type));
  return { read: new Map(), write, same, membersChanged: differentKeys(original, updated) };
}

function groupMapDelta(
  original: Map<string, common.ConfigGroup>,
  updated: Map<string, common.ConfigGroup>,
): MapDelta<common.ConfigGroup> {
  const read = new Map<string, common.ConfigGroup>();
  const write = new Map<string, common.ConfigGroup>();
  const same = new Map<string, common.ConfigGroup>();
  for (const [name, before] of original) {
    const after = updated.get(name);
    if (!after) continue;
    const delta = groupDelta(before, after);
    if (delta.changed) {
      read.set(name, delta.readSet);
      write.set(name, delta.writeSet);
    } else {
      same.set(name, delta.readSet);
    }
  }
  for (const [name, after] of updated) {
    if (original.has(name)) continue;
    const added = groupDelta(new common.ConfigGroup(), after).writeSet;
    added.setVersion(0);
    added.setModPolicy(after.getModPolicy());
    write.set(name, added);
  }
  return { read, write, same, membersChanged: differentKeys(original, updated) };
}

function differentKeys(a: Map<string, unknown>, b: Map<string, unknown>): boolean {
  return a.size !== b.size || [...a.keys()].some((key) => !b.has(key));
}

function sameContent(a: Leaf, b: Leaf): boolean {
  return a.getModPolicy() === b.getModPolicy() && Buffer.from(content(a)).equals(content(b));
}

function content(leaf: Leaf): Uint8Array {
  return leaf instanceof common.ConfigValue
    ? leaf.getValue_asU8()
    : (leaf.getPolicy()?.serializeBinary() ?? new Uint8Array());
}

function withVersion<T extends Leaf>(
  leaf: T,
  version: number,
  Type: { deserializeBinary(bytes: Uint8Array): T },
): T {
  const copy = Type.deserializeBinary(leaf.serializeBinary());
  copy.setVersion(version);
  return copy;
}

/** A protobuf map as a plain one, by key. */
function entries<T>(map: { forEach(callback: (value: T, key: string) => void): void }): Map<string, T> {
  const result = new Map<string, T>();
  map.forEach((value, key) => result.set(key, value));
  return result;
}

function fill(
  group: common.ConfigGroup,
  policies: Map<string, common.ConfigPolicy>,
  values: Map<string, common.ConfigValue>,
  groups: Map<string, common.ConfigGroup>,
): void {
  for (const [name, policy] of policies) group.getPoliciesMap().set(name, policy);
  for (const [name, value] of values) group.getValuesMap().set(name, value);
  for (const [name, sub] of groups) group.getGroupsMap().set(name, sub);
}
