/** NodeOU roles of Fabric's MSP. */
export type NodeOu = 'client' | 'admin' | 'peer' | 'orderer';

/** Roles that a principal of an endorsement policy can name. */
export type Role = 'member' | 'admin' | 'client' | 'peer' | 'orderer';

const NODE_OUS: ReadonlySet<string> = new Set<NodeOu>(['client', 'admin', 'peer', 'orderer']);

/** Whether an organizational unit is one of the NodeOUs that decide a role. */
export function isNodeOu(ou: string): ou is NodeOu {
  return NODE_OUS.has(ou);
}
